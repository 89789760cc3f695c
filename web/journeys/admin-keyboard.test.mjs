// The same settings without a mouse: every control is come to with Tab and worked with keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, openPage, openWorld, untilQuiet, untilTrue, walkTo } from "./browser-world.mjs";
import { openPostOffice } from "./post-office.mjs";

let world;
before(async () => { world = await openWorld({ has_demo: false }); });
after(async () => { await world?.close(); });

/** Runs `body` with hands that know no mouse. */
async function on(path, body) {
  const { page, context, faults } = await openPage(world, { path });
  const button = (name, place = page) => place.getByRole("button", { name, exact: true });
  const press = async (target, key = "Enter") => {
    await walkTo(page, target, { most: 300 });
    await page.keyboard.press(key);
  };
  const type = async (target, text) => {
    await walkTo(page, target);
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
  };
  const choose = async (target, text) => {
    await walkTo(page, target, { most: 300 });
    const shown = () => target.evaluate((select) => select.selectedOptions[0]?.textContent);
    for (let steps = 0; (await shown()) !== text; steps += 1) {
      assert.ok(steps < 30, `«${text}» is offered`);
      await page.keyboard.press("ArrowDown");
    }
  };
  await body({ page, button, press, type, choose, keyboard: page.keyboard });
  assert.deepEqual(faults, []);
  await context.close();
}

test("the first steps are walked with the keyboard alone", () => on("/settings/setup", async ({ page, button, press, type, keyboard }) => {
  await type(page.getByLabel("Название компании"), "Колос и сыновья");
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "Валюта, время и язык" }).waitFor();
  await press(button("Дальше"));
  await page.getByRole("heading", { level: 2, name: "Чем занимается компания" }).waitFor();
  await walkTo(page, page.getByRole("radio").first());
  await keyboard.press("Space");
  await keyboard.press("ArrowDown");
  await page.getByText("Предложение", { exact: true }).waitFor();
  await press(button("Применить и продолжить"));
  await page.getByRole("heading", { level: 2, name: "С чего начать" }).waitFor();
  await press(button("Дальше"));
  await press(button("Дальше"));
  await page.getByRole("heading", { level: 2, name: "Можно работать" }).waitFor();
  assert.equal((await callApi(page, "GET", "/presets")).applied, "services");
}));

test("a person is added and opened with the keyboard alone", () => on("/settings/users", async ({ page, button, press, type, keyboard }) => {
  await press(button("Добавить сотрудника"));
  const dialog = page.getByRole("dialog", { name: "Добавить сотрудника" });
  await type(dialog.getByRole("textbox", { name: "Имя" }), "Жнецов Лев");
  await type(dialog.getByRole("textbox", { name: /Почта/ }), "lev@example.ru");
  await press(button("Придумать пароль", dialog));
  await press(button("Создать", dialog));
  await dialog.getByText("Пароль показывается один раз").waitFor();
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await press(button("Жнецов Лев"));
  await page.getByRole("dialog", { name: "Жнецов Лев" }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}));

test("a department is added and moved with the keyboard alone", () => on("/settings/departments", async ({ page, button, press, type, keyboard }) => {
  await press(button("Добавить отдел"));
  await type(page.getByRole("dialog").getByRole("textbox", { name: "Название" }), "Закупки");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await press(button("Действия: Закупки"));
  await page.getByRole("menuitem").first().waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  await walkTo(page, page.getByRole("menuitem", { name: "Перенести…" }), { key: "ArrowDown", most: 5 });
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.type("Колос");
  await page.getByRole("option", { name: "Колос и сыновья" }).waitFor();
  await keyboard.press("Enter");
  await page.getByRole("treeitem", { level: 2 }).filter({ hasText: "Закупки" }).waitFor();
}));

test("rights of a role are set with the keyboard alone", () => on("/settings/roles", async ({ page, button, press, type, choose, keyboard }) => {
  await press(button("Добавить роль"));
  await type(page.getByRole("dialog").getByRole("textbox", { name: "Название" }), "Практикант");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("heading", { level: 2, name: "Практикант" }).waitFor();
  await choose(page.getByRole("combobox", { name: "Сделки: Видеть" }), "свои");
  await page.getByRole("region", { name: "Словами" }).getByText("видит свои").waitFor();
  await press(button("Сохранить"));
  await page.getByText("Права роли «Практикант» действуют").waitFor();
}));

test("a field comes into the form and the list with the keyboard alone", () => on("/settings/fields?section=company", async ({ page, button, press, type, keyboard }) => {
  await press(button("Добавить поле"));
  const dialog = page.getByRole("dialog", { name: /Новое поле/ });
  await type(dialog.getByRole("textbox", { name: "Название", exact: true }), "Пекарня");
  await keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await button("Пекарня").waitFor();
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Калач", x_pekarnya: "на углу" });
  await page.goto(`${world.address}/companies/${company.id}`);
  await press(button("Остальные поля"));
  await page.getByRole("definition").filter({ hasText: "на углу" }).waitFor();
}));

test("a stage changes its place and asks for a field with the keyboard alone", () => on("/settings/pipelines", async ({ page, button, press, keyboard }) => {
  await press(button("Ниже: Новое обращение"));
  await page.waitForFunction(() => document.querySelector("main ol li")?.textContent?.includes("Выяснение задачи"));
  await untilQuiet(page);
  await press(button("Договор"));
  const dialog = page.getByRole("dialog", { name: "Договор" });
  await walkTo(page, dialog.getByLabel("Обязательные поля"));
  await keyboard.type("Сумма");
  await page.getByRole("option", { name: "Сумма", exact: true }).waitFor();
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await press(button("Сохранить", dialog));
  await page.getByRole("listitem").filter({ hasText: "Договор" }).getByText("спросит: Сумма").waitFor();
}));

test("a key is made and revoked with the keyboard alone", () => on("/settings/keys", async ({ page, button, press, type, keyboard }) => {
  await press(button("Создать ключ"));
  await type(page.getByLabel("Для чего"), "Телефония");
  await keyboard.press("Enter");
  await press(button("Ключ сохранён"));
  await press(button("Отозвать"));
  await press(button("Отозвать навсегда"));
  await page.getByText("Ключ «Телефония» отозван").waitFor();
}));

test("a mass change is taken back with the keyboard alone", () => on("/settings/jobs", async ({ page, button, press }) => {
  const { id } = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Рожь", city: "Тверь" });
  await callApi(page, "POST", "/companies:bulk", { ids: [id], set: { city: "Казань" } });
  await untilTrue(page, async (one) => (await (await fetch(`/api/v1/companies/${one}`)).json()).city === "Казань", id);
  await page.reload();
  await press(button("Отменить сделанное"));
  await untilTrue(page, async (one) => (await (await fetch(`/api/v1/companies/${one}`)).json()).city === "Тверь", id);
}));

test("the audit is narrowed down and a change put back with the keyboard alone", () => on("/settings/audit", async ({ page, button, press, choose }) => {
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Сайка", city: "Омск" });
  await callApi(page, "PATCH", `/companies/${company.id}`, { city: "Томск", version: company.version });
  await choose(page.getByRole("combobox", { name: "Что сделал" }), "Изменение");
  await page.waitForFunction(() => location.search.includes("updated"));
  await untilQuiet(page);
  await press(button("Вернуть как было: Сайка"));
  await page.getByText("Вернули как было").waitFor();
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).city, "Омск");
}));

test("a setting is found by a word with the keyboard alone", () => on("/settings", async ({ page, type, press }) => {
  await type(page.getByRole("textbox", { name: /Что настроить/ }), "уволить");
  await press(page.getByRole("main").getByRole("link", { name: /Кто может входить/ }));
  await page.getByRole("heading", { level: 1, name: "Сотрудники" }).waitFor();
}));

test("a formula is checked before it is saved, a field limited, hidden and removed for good with the keyboard alone", () => on("/settings/fields?section=company", async ({ page, button, press, type, keyboard }) => {
  await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Плюшка" });
  await press(button("Добавить поле"));
  const dialog = page.getByRole("dialog", { name: /Новое поле/ });
  await type(dialog.getByRole("textbox", { name: "Название", exact: true }), "Подпись");
  await type(dialog.getByRole("combobox", { name: "Тип" }).or(dialog.getByRole("textbox", { name: "Тип" })), "Формула");
  await page.getByRole("option", { name: "Формула" }).waitFor();
  await keyboard.press("Enter");
  const formula = dialog.getByRole("textbox", { name: "Формула" });
  await type(formula, "name +");
  await press(button("Проверить", dialog));
  await formula.and(page.locator("[aria-invalid=true]")).waitFor();
  await type(formula, "name + \" — клиент\"");
  await press(button("Проверить", dialog));
  await dialog.getByText(/ — клиент/).first().waitFor();
  await press(button("Создать", dialog));
  await dialog.waitFor({ state: "detached" });
  const act = async (item) => {
    await press(button("Действия: Подпись"));
    await page.getByRole("menuitem").first().waitFor();
    await walkTo(page, page.getByRole("menuitem", { name: item }), { key: "ArrowDown", most: 8 });
    await keyboard.press("Enter");
  };
  await act("Скрыть");
  await page.getByRole("cell", { name: "Скрытые" }).waitFor();
  await act("Удалить навсегда");
  const sure = page.getByRole("dialog", { name: /навсегда/ });
  await type(sure.getByRole("textbox"), "Подпись");
  await press(button("Удалить навсегда", sure));
  await button("Подпись").waitFor({ state: "detached" });
}));

test("a web hook is made and its journal read with the keyboard alone", () => on("/settings/hooks", async ({ page, button, press, type }) => {
  await press(button("Добавить веб-хук"));
  const dialog = page.getByRole("dialog", { name: "Добавить веб-хук" });
  await type(dialog.getByLabel("Адрес"), "http://127.0.0.1:9/hook");
  await type(dialog.getByLabel("Название"), "Склад");
  await press(button("Создать", dialog));
  await press(button("Секрет сохранён"));
  await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Плетёнка" });
  await press(button("Журнал"));
  const journal = page.getByRole("dialog", { name: "Журнал: Склад" });
  await journal.getByRole("listitem").filter({ hasText: "Создание" }).first().waitFor();
}));

test("mail is set up, and a password is chosen by its link with the keyboard alone", async () => {
  const office = await openPostOffice();
  await on("/settings/mail", async ({ page, button, press, type, choose, keyboard }) => {
    await type(page.getByLabel("Сервер (SMTP)"), "127.0.0.1");
    await choose(page.getByLabel("Защита"), "Без защиты");
    await type(page.getByLabel("Порт"), String(office.port));
    await type(page.getByLabel("Адрес отправителя"), "crm@example.ru");
    await press(button("Проверить"));
    await page.getByText(/Письмо принято сервером/).waitFor();
    await press(button("Сохранить"));
    await page.getByText("Настроена", { exact: true }).waitFor();
    const { id } = await callApi(page, "POST", "/users", { name: "Булкина Вера", email: "vera@example.ru" });
    await page.goto(`${world.address}/settings/users?user=${id}`);
    await press(button("Пригласить письмом"));
    let link = null;
    for (let waited = 0; !link && waited < 200; waited += 1) {
      await page.waitForTimeout(100);
      link = /\/set-password#\S+/.exec(office.letters.at(-1) ?? "")?.[0];
    }
    const context = await world.browser.newContext({ locale: "ru-RU" });
    const guest = await context.newPage();
    await guest.goto(world.address + link);
    // The first field has the focus; the rest is Tab and Enter.
    await guest.getByLabel(/^Новый пароль/).and(guest.locator(":focus")).waitFor();
    for (const last of [false, true]) {
      await guest.keyboard.type("bulkina-2026-parol");
      await guest.keyboard.press(last ? "Enter" : "Tab");
    }
    await guest.getByRole("navigation", { name: "Разделы" }).first().waitFor();
    await context.close();
    await keyboard.press("Escape");
  });
  await office.close();
});
