// An administrator sets up an empty base in the browser; everything works at once, without a restart. Run against the real program;
// the journeys stand on each other's shoulders in the order they are written.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { kDesktop, kPhone } from "../scripts/browser.mjs";
import { axeFindings, callApi, openPage, openWorld, untilQuiet, untilTrue } from "./browser-world.mjs";
import { openPostOffice } from "./post-office.mjs";

// In the order of their menu.
const kPages = ["all", "users", "departments", "roles", "deputies", "fields", "layouts", "pipelines", "dictionaries", "forms", "keys", "mail", "hooks", "jobs", "audit", "modules", "system", "setup"];
let world;
before(async () => { world = await openWorld({ has_demo: false }); });
after(async () => { await world?.close(); });

/** Runs `body` on a page of its own; nothing may go wrong inside the page. */
async function on(path, body, options = {}) {
  const { page, context, faults } = await openPage(world, { path, ...options });
  await body(page);
  assert.deepEqual(faults, []);
  await context.close();
}

const signInAs = (email, password) => fetch(`${world.address}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0" }, body: JSON.stringify({ email, password }) });
const button = (place, name) => place.getByRole("button", { name, exact: true });

test("an empty base leads its administrator through the first steps", () => on("/", async (page) => {
  await page.getByRole("heading", { level: 2, name: "Как называется компания" }).waitFor();
  await page.getByLabel("Название компании").fill("Ржаной дом");
  await button(page, "Дальше").click();
  await page.getByRole("heading", { level: 2, name: "Валюта, время и язык" }).waitFor();
  await page.getByLabel("Основная валюта").first().click();
  await page.getByRole("option", { name: /\(KZT\)/ }).click();
  await button(page, "Дальше").click();
  await page.getByText("Оптовая торговля").click();
  await page.getByText("Предложение отправлено").waitFor();
  await button(page, "Применить и продолжить").click();
  await page.getByRole("heading", { level: 2, name: "С чего начать" }).waitFor();
  await button(page, "Дальше").click();
  await page.getByLabel("Имя сотрудника 1").fill("Колосов Пётр");
  await page.getByLabel("Почта сотрудника 1").fill("petr@example.ru");
  await page.getByLabel("Роль сотрудника 1").selectOption({ label: "Менеджер по продажам" });
  await button(page, "Добавить сотрудников").click();
  const password = await page.locator("code").first().innerText();
  await button(page, "Дальше").click();
  await page.getByRole("heading", { level: 2, name: "Можно работать" }).waitFor();
  await page.getByRole("link", { name: "Начать работу" }).click();
  await page.waitForURL(/my-day/);
  const company = (await callApi(page, "GET", "/settings/company")).values;
  assert.deepEqual([company.name, company.base_currency], ["Ржаной дом", "KZT"]);
  assert.equal((await signInAs("petr@example.ru", password)).status, 200);
  await page.goto(`${world.address}/deals?view=board`);
  await page.getByText("Предложение отправлено").first().waitFor();
}));

test("a setting is found by a word people use for it", () => on("/settings", async (page) => {
  for (const [word, name] of [["уволить", "Сотрудники"], ["вебхук", "Веб-хуки"], ["отпуск", "Замещения"], ["валюта", "Первые шаги"]]) {
    await page.getByRole("textbox", { name: /Что настроить/ }).fill(word);
    await page.getByRole("main").getByRole("listitem").getByRole("link", { name: new RegExp(`^${name}`) }).waitFor();
  }
  await page.getByRole("textbox", { name: /Что настроить/ }).fill("уволить");
  await page.getByRole("main").getByRole("link", { name: /Кто может входить/ }).click();
  await page.getByRole("heading", { level: 1, name: "Сотрудники" }).waitFor();
}));

test("a person is added with a password, is seen signed in, and is shut out", () => on("/settings/users", async (page) => {
  await button(page, "Добавить сотрудника").click();
  const dialog = page.getByRole("dialog", { name: "Добавить сотрудника" });
  await dialog.getByLabel("Имя").first().fill("Новичок Фёдор");
  await dialog.getByLabel("Почта").first().fill("fedor@example.ru");
  await button(dialog, "Придумать пароль").click();
  const password = await dialog.locator("code").innerText();
  await button(dialog, "Создать").click();
  await dialog.getByText("Пароль показывается один раз").waitFor();
  await button(dialog, "Закрыть").last().click();
  await page.getByRole("row", { name: /Новичок Фёдор/ }).getByText("без роли").waitFor();
  const session = await signInAs("fedor@example.ru", password);
  assert.equal(session.status, 200);
  const cookie = session.headers.get("set-cookie").split(";")[0];
  await button(page, "Новичок Фёдор").click();
  const panel = page.getByRole("dialog", { name: "Новичок Фёдор" });
  await panel.getByText("Firefox, Linux").waitFor();
  await button(panel, "Завершить").click();
  await panel.getByText("Сейчас не входил").waitFor();
  assert.equal((await fetch(`${world.address}/api/v1/session`, { headers: { Cookie: cookie } })).status, 401);
  await button(panel, "Закрыть доступ").click();
  await page.getByText("Доступ закрыт: Новичок Фёдор").waitFor();
  assert.notEqual((await signInAs("fedor@example.ru", password)).status, 200);
}));

test("departments grow into a tree and are moved in it", () => on("/settings/departments", async (page) => {
  await page.getByRole("treeitem").filter({ hasText: "Ржаной дом" }).waitFor();
  for (const name of ["Продажи", "Север"]) {
    await button(page, "Добавить отдел").click();
    const dialog = page.getByRole("dialog", { name: "Добавить отдел" });
    await dialog.getByLabel("Название").fill(name);
    await button(dialog, "Создать").click();
    await dialog.waitFor({ state: "detached" });
  }
  await button(page, "Действия: Север").click();
  await page.getByRole("menuitem", { name: "Перенести…" }).click();
  await page.getByRole("dialog").getByLabel("Вышестоящий отдел").first().click();
  await page.getByRole("option", { name: "Продажи" }).click();
  await page.getByText("«Север»").first().waitFor();
  await page.getByRole("treeitem", { level: 2 }).filter({ hasText: "Север" }).waitFor();
}));

test("a role gets its rights, reads back in words and refuses a broken condition at its field", () => on("/settings/roles", async (page) => {
  await button(page, "Добавить роль").click();
  const dialog = page.getByRole("dialog", { name: "Добавить роль" });
  await dialog.getByLabel("Название").first().fill("Стажёр");
  await button(dialog, "Создать").click();
  await page.getByRole("combobox", { name: "Сделки: Видеть" }).selectOption({ label: "свои" });
  await page.getByRole("combobox", { name: "Сделки: Создавать" }).selectOption({ label: "да" });
  await page.getByRole("combobox", { name: "Всё остальное: Видеть" }).selectOption({ label: "все" });
  await page.getByRole("region", { name: "Словами" }).getByText("видит свои, создаёт").waitFor();
  await button(page, "Поля и условие: Сделки").click();
  const condition = page.getByRole("textbox", { name: "Только записи, где верно" });
  await condition.fill("amount >");
  await button(page, "Сохранить").click();
  await condition.and(page.locator("[aria-invalid=true]")).waitFor();
  await condition.fill("is_open = true");
  await button(page, "Сохранить").click();
  await page.getByText("Права роли «Стажёр» действуют").waitFor();
  const roles = await callApi(page, "POST", "/roles:query", { fields: ["name", "rights"], filter: { field: "name", op: "eq", value: "Стажёр" } });
  const { rights } = await callApi(page, "GET", `/roles/${roles.items[0].id}`);
  assert.deepEqual(rights.deal, { read: "own", create: "all", condition: "is_open = true" });
  assert.deepEqual(rights["*"], { read: "all" });
}));

test("a custom field goes from its creation to form, list and filter without a restart", () => on("/settings/fields?section=company", async (page) => {
  const name = "Интерес к хлебу";
  await button(page, "Добавить поле").click();
  const dialog = page.getByRole("dialog", { name: /Новое поле/ });
  await dialog.getByRole("textbox", { name: "Название", exact: true }).fill(name);
  await dialog.getByRole("textbox", { name: "Название: По-английски" }).fill("Bread interest");
  await dialog.getByRole("combobox", { name: "Тип" }).or(dialog.getByRole("textbox", { name: "Тип" })).click();
  await page.getByRole("option", { name: "Выбор одного" }).click();
  for (const [number, label] of [[1, "Высокий"], [2, "Низкий"]]) {
    await button(dialog, "Добавить вариант").click();
    await dialog.getByRole("textbox", { name: `Вариант ${number}` }).fill(label);
  }
  await dialog.getByRole("combobox", { name: "Цвет: Высокий" }).selectOption({ label: "Красный" });
  await button(dialog, "Создать").click();
  await button(page, name).waitFor();
  const fieldOf = async () => (await callApi(page, "GET", "/metadata")).entities.find((entity) => entity.key === "company").fields.find((one) => one.label === name);
  const field = await fieldOf();
  assert.deepEqual(field.options.map((option) => [option.label, option.color]), [["Высокий", "danger"], ["Низкий", ""]]);
  assert.equal((await callApi(page, "GET", "/metadata/entities/company/texts")).texts.fields[field.key].en, "Bread interest");
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Ржаной двор", [field.key]: field.options[0].key });
  await page.goto(`${world.address}/companies?filter=${encodeURIComponent(JSON.stringify({ field: field.key, op: "eq", value: field.options[0].key }))}`);
  await page.getByText("Ржаной двор").first().waitFor();
  await page.goto(`${world.address}/companies/${company.id}`);
  await button(page, "Остальные поля").click();
  await page.getByRole("definition").filter({ hasText: "Высокий" }).waitFor();
}));

test("a limit holds from then on, a hidden field comes back, and one's own goes for ever by its name", () => on("/settings/fields?section=company", async (page) => {
  const field = "Отсрочка, дней";
  await button(page, field).click();
  const dialog = page.getByRole("dialog", { name: field });
  await dialog.getByLabel("Не больше").fill("30");
  await button(dialog, "Сохранить").click();
  await dialog.waitFor({ state: "detached" });
  await assert.rejects(callApi(page, "POST", "/companies?on_duplicate=create", { name: "Долгий платёж", x_payment_delay: 31 }), /400/);
  const act = async (item) => {
    await button(page, `Действия: ${field}`).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await act("Скрыть");
  await page.getByRole("cell", { name: "Скрытые" }).waitFor();
  await act("Удалить навсегда");
  const sure = page.getByRole("dialog", { name: /навсегда/ });
  await sure.getByRole("textbox").fill(field);
  await button(sure, "Удалить навсегда").click();
  await button(page, field).waitFor({ state: "detached" });
}));

test("a formula is checked over real records before it is saved", () => on("/settings/fields?section=company", async (page) => {
  await button(page, "Добавить поле").click();
  const dialog = page.getByRole("dialog", { name: /Новое поле/ });
  await dialog.getByRole("textbox", { name: "Название", exact: true }).fill("Подпись");
  await dialog.getByRole("combobox", { name: "Тип" }).or(dialog.getByRole("textbox", { name: "Тип" })).click();
  await page.getByRole("option", { name: "Формула" }).click();
  const formula = dialog.getByRole("textbox", { name: "Формула" });
  await formula.fill("name +");
  await button(dialog, "Проверить").click();
  await formula.and(page.locator("[aria-invalid=true]")).waitFor();
  await formula.fill("name + \" — клиент\"");
  await button(dialog, "Проверить").click();
  await dialog.getByText("Ржаной двор — клиент").waitFor();
  await button(dialog, "Создать").click();
  await button(page, "Подпись").waitFor();
}));

test("stages change their order and names, and the board follows", () => on("/settings/pipelines", async (page) => {
  const first = page.getByRole("listitem").filter({ has: button(page, "Ниже: Новый запрос") });
  await button(first, "Ниже: Новый запрос").click();
  await page.waitForFunction(() => document.querySelector("main ol li")?.textContent?.includes("Подбор и расчёт"));
  await untilQuiet(page);
  await button(page, "Выше: Новый запрос").click();
  await page.waitForFunction(() => document.querySelector("main ol li")?.textContent?.includes("Новый запрос"));
  await button(page, "Отгрузка").click();
  const dialog = page.getByRole("dialog", { name: "Отгрузка" });
  await dialog.getByRole("textbox", { name: "Название", exact: true }).fill("Отгружаем");
  await dialog.getByLabel("Обязательные поля").first().click();
  await page.getByRole("option", { name: "Сумма", exact: true }).click();
  await page.keyboard.press("Escape");
  await button(dialog, "Сохранить").click();
  await page.getByText("спросит: Сумма").last().waitFor();
  await page.goto(`${world.address}/deals?view=board`);
  await page.getByText("Отгружаем").first().waitFor();
}));

test("a key is shown once and works until it is revoked", () => on("/settings/keys", async (page) => {
  await button(page, "Создать ключ").first().click();
  const dialog = page.getByRole("dialog", { name: "Создать ключ" });
  await dialog.getByLabel("Для чего").fill("Сайт");
  await button(dialog, "Создать").click();
  const ready = page.getByRole("dialog", { name: "Ключ готов" });
  const key = await ready.locator("code").innerText();
  await button(ready, "Ключ сохранён").click();
  const row = page.getByRole("row", { name: /Сайт/ });
  const ask = (method) => fetch(`${world.address}/api/v1/companies${method === "GET" ? "?limit=1" : ""}`, { method, headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" }, ...(method === "POST" ? { body: "{\"name\":\"Чужая\"}" } : {}) });
  assert.equal((await ask("GET")).status, 200);
  assert.equal((await ask("POST")).status, 403);
  await button(row, "Отозвать").click();
  await button(row, "Отозвать навсегда").click();
  await page.getByText("Ключ «Сайт» отозван").waitFor();
  assert.equal((await ask("GET")).status, 401);
}));

test("a web hook shows its secret once and keeps a journal that can be sent again", async () => {
  const bodies = [];
  const receiver = createServer((request, response) => {
    request.on("data", (part) => bodies.push(String(part)));
    request.on("end", () => response.writeHead(204).end());
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  try {
    await on("/settings/hooks", async (page) => {
      await button(page, "Добавить веб-хук").click();
      const dialog = page.getByRole("dialog", { name: "Добавить веб-хук" });
      await dialog.getByLabel("Адрес").fill(`http://127.0.0.1:${receiver.address().port}/hook`);
      await dialog.getByLabel("Название").fill("Склад");
      await button(dialog, "Создать").click();
      const ready = page.getByRole("dialog", { name: "Веб-хук готов" });
      assert.ok((await ready.locator("code").innerText()).length >= 16);
      await button(ready, "Секрет сохранён").click();
      await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Амбар" });
      await button(page, "Журнал").click();
      const journal = page.getByRole("dialog", { name: "Журнал: Склад" });
      // Addresses of the inner network are refused unless the settings allow them: either way the journal tells.
      await journal.getByRole("listitem").filter({ hasText: "Создание" }).first().waitFor();
      await button(journal, "Отправить ещё раз").first().click();
      await page.getByText("Отправим ещё раз").waitFor();
    });
  } finally {
    receiver.close();
  }
});

test("mail is set up and tried, a person comes by invitation and later forgets the password", async () => {
  const office = await openPostOffice();
  const letterAt = async (page, index) => {
    for (let waited = 0; office.letters.length <= index && waited < 200; waited += 1) await page.waitForTimeout(100);
    return office.letters[index] ?? "";
  };
  const choose = async (letter, password) => {
    const context = await world.browser.newContext({ locale: "ru-RU" });
    const page = await context.newPage();
    await page.goto(world.address + (/\/set-password#\S+/.exec(letter)?.[0] ?? ""));
    await page.getByLabel(/^Новый пароль/).fill(password);
    await page.getByLabel("Ещё раз").fill(`${password}!`);
    await button(page, "Сохранить и войти").click();
    await page.getByText("Пароли не совпадают").waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.getByLabel("Ещё раз").fill(password);
    await button(page, "Сохранить и войти").click();
    await page.getByRole("navigation", { name: "Разделы" }).first().waitFor();
    await context.close();
  };
  await on("/settings/mail", async (page) => {
    await page.getByLabel("Сервер (SMTP)").fill("127.0.0.1");
    await page.getByLabel("Защита").selectOption({ label: "Без защиты" });
    await page.getByLabel("Порт").fill("1");
    await page.getByLabel("Адрес отправителя").fill("crm@example.ru");
    await button(page, "Проверить").click();
    await page.getByRole("alert").getByText(/не отвечает/).waitFor();
    await page.getByLabel("Порт").fill(String(office.port));
    await button(page, "Проверить").click();
    await page.getByText(/Письмо принято сервером/).waitFor();
    await button(page, "Сохранить").click();
    await page.getByText("Настроена", { exact: true }).waitFor();
    const anna = await callApi(page, "POST", "/users", { name: "Анна Полевая", email: "polevaya@example.ru" });
    await page.goto(`${world.address}/settings/users?user=${anna.id}`);
    await page.getByRole("button", { name: "Пригласить письмом" }).click();
    await choose(await letterAt(page, 1), "polevaya-2026-parol");
    assert.equal((await signInAs("polevaya@example.ru", "polevaya-2026-parol")).status, 200);
  });
  const context = await world.browser.newContext({ locale: "ru-RU" });
  const page = await context.newPage();
  await page.goto(world.address);
  await page.getByLabel("Электронная почта").fill("polevaya@example.ru");
  await button(page, "Забыли пароль?").click();
  await button(page, "Прислать ссылку").click();
  await page.getByText(/Если у polevaya@example.ru есть доступ/).waitFor();
  await button(page, "Назад ко входу").click();
  await page.getByRole("heading", { name: "Вход" }).waitFor();
  const letter = await letterAt(page, 2);
  await choose(letter, "polevaya-drugoy-parol");
  await page.goto(world.address + (/\/set-password#\S+/.exec(letter)?.[0] ?? ""));
  await page.getByRole("heading", { name: "Ссылка не действует" }).waitFor();
  assert.equal((await signInAs("polevaya@example.ru", "polevaya-2026-parol")).status, 401);
  await context.close();
  await office.close();
});

test("a mass change is taken back as a whole where jobs are listed", () => on("/settings/jobs", async (page) => {
  const made = [];
  for (const name of ["Овёс", "Ячмень"]) made.push((await callApi(page, "POST", "/companies?on_duplicate=create", { name, city: "Тверь" })).id);
  await callApi(page, "POST", "/companies:bulk", { ids: made, set: { city: "Казань" } });
  const cities = () => page.evaluate(async (ids) => Promise.all(ids.map(async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city)), made);
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city === "Казань", made[1]);
  await page.reload();
  const job = page.getByRole("listitem").filter({ hasText: "Массовое изменение" }).first();
  await job.getByText("готово").waitFor();
  await button(job, "Отменить сделанное").click();
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city === "Тверь", made[1]);
  assert.deepEqual(await cities(), ["Тверь", "Тверь"]);
}));

test("the audit says who changed what, is narrowed down and puts things back", () => on("/settings/audit", async (page) => {
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Мука и соль", city: "Омск" });
  await callApi(page, "PATCH", `/companies/${company.id}`, { city: "Томск", version: company.version });
  await page.goto(`${world.address}/settings/audit?section=company&action=updated&period=today`);
  const line = page.getByRole("listitem").filter({ hasText: "Мука и соль" }).first();
  await line.getByText("Томск").waitFor();
  await line.getByText("Анна Ржаная").waitFor();
  assert.equal(await page.getByRole("listitem").filter({ hasText: "Создание" }).count(), 0);
  await button(line, "Вернуть как было: Мука и соль").click();
  await page.getByText("Вернули как было").waitFor();
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).city, "Омск");
  await page.getByRole("combobox", { name: "Что сделал" }).selectOption({ label: "Удаление" });
  await page.waitForFunction(() => location.search.includes("deleted"));
  await button(page, "Сбросить условия").first().click();
  await page.waitForFunction(() => !location.search.includes("deleted"));
}));

test("the card is laid out anew for everybody, and the change can be taken back", () => on("/settings/layouts?section=company", async (page) => {
  const card = async () => (await callApi(page, "GET", "/metadata")).entities.find((entity) => entity.key === "company").card;
  const was = await card();
  await page.getByRole("textbox", { name: "Название группы 1" }).fill("Главное");
  await page.getByRole("region", { name: "Главное" }).getByRole("button", { name: /Действия: / }).nth(1).click();
  await page.getByRole("menuitem", { name: "Выше" }).click();
  await button(page, "Сохранить").click();
  await page.getByText("Сохранено").waitFor();
  const now = await card();
  assert.deepEqual(now.facts[0].slice(0, 2), [was.facts[0][1], was.facts[0][0]]);
  assert.equal(now.groups[0], "Главное");
  await button(page, "Отменить").first().click();
  await untilTrue(page, (first) => fetch("/api/v1/metadata").then((answer) => answer.json()).then((body) => body.entities.find((entity) => entity.key === "company").card.facts[0][0] === first), was.facts[0][0]);
}));

test("nothing serious stands against any settings page, and none sticks out sideways on a phone", () => on("/settings/all", async (page) => {
  const findings = [];
  const links = page.getByRole("navigation", { name: "Настройки" }).getByRole("link");
  await links.first().waitFor();
  assert.equal(await links.count(), kPages.length);
  for (let at = 0; at < kPages.length; at += 1) {
    await links.nth(at).click();
    await page.waitForFunction((key) => location.pathname.endsWith(`/${key}`), kPages[at]);
    await page.getByRole("main").getByRole("heading", { level: 1 }).first().waitFor();
    await untilQuiet(page);
    for (const finding of await axeFindings(page)) findings.push(`${kPages[at]} ${finding}`);
    await page.setViewportSize(kPhone);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > kPhone.width) findings.push(`${kPages[at]} is ${width} pixels wide`);
    await page.setViewportSize(kDesktop);
  }
  assert.deepEqual(findings, []);
}));
