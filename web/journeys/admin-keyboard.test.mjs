// The same settings without a mouse: every control is come to with Tab and worked with keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, openPage, openWorld, untilQuiet, untilTrue, walkTo } from "./browser-world.mjs";

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
