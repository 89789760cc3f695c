// What an administrator sets up in the browser works at once, without a restart. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFindings, callApi, openPage, openWorld, untilQuiet } from "./browser-world.mjs";

const kField = `Интерес к хлебу ${Date.now() % 100_000}`;
let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

test("a setting is found by a word people use for it", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings" });
  await page.getByRole("textbox", { name: /Что настроить/ }).fill("уволить");
  await page.getByRole("main").getByRole("link", { name: /Кто может входить/ }).click();
  await page.getByRole("heading", { level: 1, name: "Сотрудники" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("a custom field goes from its creation to form, list and filter without a restart", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/fields?section=company" });
  await page.getByRole("button", { name: "Добавить поле" }).click();
  const dialog = page.getByRole("dialog", { name: /Новое поле/ });
  await dialog.getByLabel("Название").fill(kField);
  await dialog.getByRole("combobox", { name: "Тип" }).or(dialog.getByRole("textbox", { name: "Тип" })).click();
  await page.getByRole("option", { name: "Выбор одного" }).click();
  for (const [number, label] of [[1, "Высокий"], [2, "Низкий"]]) {
    await dialog.getByRole("button", { name: "Добавить вариант" }).click();
    await dialog.getByRole("textbox", { name: `Вариант ${number}` }).fill(label);
  }
  await dialog.getByRole("combobox", { name: "Цвет: Высокий" }).selectOption({ label: "Красный" });
  await dialog.getByRole("button", { name: "Создать" }).click();
  await page.getByRole("button", { name: kField, exact: true }).waitFor();
  const metadata = await callApi(page, "GET", "/metadata");
  const field = metadata.entities.find((entity) => entity.key === "company").fields.find((one) => one.label === kField);
  assert.deepEqual(field.options.map((option) => [option.label, option.color]), [["Высокий", "danger"], ["Низкий", ""]]);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Ржаной двор", [field.key]: field.options[0].key });
  await page.goto(`${world.address}/companies?filter=${encodeURIComponent(JSON.stringify({ field: field.key, op: "eq", value: field.options[0].key }))}`);
  await page.getByText("Ржаной двор").first().waitFor();
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("button", { name: "Остальные поля" }).click();
  await page.getByRole("definition").filter({ hasText: "Высокий" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("a role gets its rights, reads back in words and refuses a broken condition at its field", async () => {
  const { page, context } = await openPage(world, { path: "/settings/roles" });
  await page.getByRole("button", { name: "Добавить роль" }).click();
  const dialog = page.getByRole("dialog", { name: "Добавить роль" });
  await dialog.getByLabel("Название").first().fill("Менеджер по продажам");
  await dialog.getByRole("button", { name: "Создать" }).click();
  await page.getByRole("combobox", { name: "Сделки: Видеть" }).selectOption({ label: "свои" });
  await page.getByRole("combobox", { name: "Сделки: Создавать" }).selectOption({ label: "да" });
  await page.getByRole("combobox", { name: "Всё остальное: Видеть" }).selectOption({ label: "все" });
  await page.getByRole("region", { name: "Словами" }).getByText("видит свои, создаёт").waitFor();
  await page.getByRole("button", { name: "Поля и условие: Сделки" }).click();
  const condition = page.getByRole("textbox", { name: "Только записи, где верно" });
  await condition.fill("amount >");
  await page.getByRole("button", { name: "Сохранить" }).click();
  await condition.and(page.locator("[aria-invalid=true]")).waitFor();
  await condition.fill("is_open = true");
  await page.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("Права роли «Менеджер по продажам» действуют").waitFor();
  const roles = await callApi(page, "POST", "/roles:query", { fields: ["name", "rights"], filter: { field: "name", op: "eq", value: "Менеджер по продажам" } });
  const role = await callApi(page, "GET", `/roles/${roles.items[0].id}`);
  const rights = typeof role.rights === "string" ? JSON.parse(role.rights) : role.rights;
  assert.deepEqual(rights.deal, { read: "own", create: "all", condition: "is_open = true" });
  assert.deepEqual(rights["*"], { read: "all" });
  await context.close();
});

test("a person is added with a password and can sign in until switched off", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/users" });
  const email = `novichok${Date.now()}@example.ru`;
  await page.getByRole("button", { name: "Добавить сотрудника" }).click();
  const dialog = page.getByRole("dialog", { name: "Добавить сотрудника" });
  await dialog.getByLabel("Имя").first().fill("Новичок Пётр");
  await dialog.getByLabel("Почта").first().fill(email);
  await dialog.getByRole("button", { name: "Придумать пароль" }).click();
  const password = await dialog.locator("code").innerText();
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.getByText("Пароль показывается один раз").waitFor();
  await dialog.getByRole("button", { name: "Закрыть" }).last().click();
  const signIn = () => fetch(`${world.address}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email, password }) });
  assert.equal((await signIn()).status, 200);
  await page.getByRole("button", { name: "Новичок Пётр" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Закрыть доступ" }).click();
  await page.getByText("Доступ закрыт: Новичок Пётр").waitFor();
  assert.notEqual((await signIn()).status, 200);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a key is shown once and works until it is revoked", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/keys" });
  await page.getByRole("button", { name: "Создать ключ" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Создать ключ" });
  await dialog.getByLabel("Для чего").fill("Сайт");
  await dialog.getByRole("button", { name: "Создать" }).click();
  const ready = page.getByRole("dialog", { name: "Ключ готов" });
  const key = await ready.locator("code").innerText();
  await ready.getByRole("button", { name: "Ключ сохранён" }).click();
  const ask = () => fetch(`${world.address}/api/v1/companies?limit=1`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ask()).status, 200);
  await page.getByRole("button", { name: "Отозвать" }).first().click();
  await page.getByRole("button", { name: "Отозвать навсегда" }).click();
  await page.getByText("Ключ «Сайт» отозван").waitFor();
  assert.equal((await ask()).status, 401);
  assert.deepEqual(faults, []);
  await context.close();
});

test("stages change their order and a renamed one is renamed in the moves that lead to it", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/pipelines" });
  await page.getByRole("button", { name: "Ниже: Новая" }).click();
  await page.getByRole("button", { name: "Ниже: Новая" }).waitFor();
  await page.waitForFunction(() => document.querySelector("ol li")?.textContent?.includes("Выяснение потребности"));
  await page.getByRole("button", { name: "Выше: Новая" }).click();
  await page.waitForFunction(() => document.querySelector("ol li")?.textContent?.includes("Новая"));
  await page.getByRole("button", { name: "Предложение", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Предложение" });
  await dialog.getByLabel("Куда можно перейти").first().click();
  await page.getByRole("option", { name: "Согласование" }).click();
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("дальше только: Согласование").waitFor();
  await page.getByRole("button", { name: "Согласование", exact: true }).click();
  const second = page.getByRole("dialog", { name: "Согласование" });
  await second.getByLabel("Название").fill("Переговоры");
  await second.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("дальше только: Переговоры").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("the card is laid out anew for everybody, and the change can be taken back", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/layouts?section=company" });
  const groups = async () => (await callApi(page, "GET", "/metadata")).entities.find((entity) => entity.key === "company").card.facts;
  const before_change = await groups();
  await page.getByRole("region", { name: "Группа 1" }).getByRole("button", { name: /Действия: / }).nth(1).click();
  await page.getByRole("menuitem", { name: "Выше" }).click();
  await page.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("Сохранено").waitFor();
  assert.deepEqual((await groups())[0].slice(0, 2), [before_change[0][1], before_change[0][0]]);
  await page.getByRole("button", { name: "Отменить" }).first().click();
  await page.waitForFunction((first) => fetch("/api/v1/metadata").then((answer) => answer.json()).then((body) => body.entities.find((entity) => entity.key === "company").card.facts[0][0] === first), before_change[0][0]);
  assert.deepEqual(faults, []);
  await context.close();
});

for (const key of ["all", "users", "departments", "roles", "deputies", "fields", "layouts", "pipelines", "dictionaries", "keys", "jobs", "modules", "system", "setup"]) {
  test(`nothing serious stands against the settings page ${key}`, async () => {
    const { page, context } = await openPage(world, { path: `/settings/${key}` });
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await untilQuiet(page);
    assert.deepEqual(await axeFindings(page), []);
    await context.close();
  });
}
