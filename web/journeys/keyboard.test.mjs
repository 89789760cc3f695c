// The journeys of a working day with the keyboard alone: the mouse is never moved. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, focusOn, openPage, openWorld, untilQuiet } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

/** A journey on a page of its own that must leave no fault behind. */
function walk(name, run) {
  test(name, async () => {
    const { page, context, faults } = await openPage(world, { path: "/page/my-day" });
    await untilQuiet(page);
    await run(page);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

async function newCompany(page, name, more = {}) {
  return callApi(page, "POST", "/companies?on_duplicate=create", { name, ...more });
}

/** Goes to a record as a person does: search, a part of its name, Enter. */
async function jumpTo(page, name) {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(name);
  await page.getByRole("option", { name: new RegExp(name) }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await untilQuiet(page);
}

walk("a section is opened, walked and left by keys", async (page) => {
  await page.keyboard.press("g");
  await page.keyboard.press("1");
  await page.getByRole("heading", { level: 1, name: "Компании" }).waitFor();
  await page.getByRole("row").nth(3).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("complementary").getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  await page.keyboard.press("Space");
  await page.getByRole("toolbar", { name: "Действия с выбранным" }).waitFor();
});

walk("a client is created with a warning about a duplicate by keys", async (page) => {
  await newCompany(page, "Мельница Юга", { phones: [{ raw: "+7 913 700-80-91" }] });
  await page.keyboard.press("g");
  await page.keyboard.press("1");
  await page.getByRole("row").nth(2).waitFor();
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog", { name: "Создать компанию" });
  await dialog.getByLabel("Название").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Южная мельница");
  await page.keyboard.press("Tab");
  await page.keyboard.type("8 913 700 80 91");
  await dialog.getByText("Похоже, такая запись уже есть").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Готово: Компания «Южная мельница»").waitFor();
});

walk("a call is logged with its next step by keys", async (page) => {
  const company = await newCompany(page, "Амбар у моста");
  await jumpTo(page, "Амбар у моста");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("записать зв");
  await page.getByRole("option", { name: "Записать звонок" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByLabel("Итог").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Ждут образцы");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Отправить образцы");
  await page.keyboard.press("Tab");
  await page.keyboard.type("завтра 11:00");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("region", { name: "Лента" }).getByText("Ждут образцы").waitFor();
  assert.ok((await callApi(page, "GET", `/companies/${company.id}`)).next_step_at, "the client has a next step");
});

walk("a fact is edited and a conflict is settled by keys", async (page) => {
  const company = await newCompany(page, "Кремень и соль", { city: "Тверь" });
  await jumpTo(page, "Кремень и соль");
  await focusOn(page, page.getByRole("button", { name: "Изменить: Город" }));
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Город" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Казань");
  await callApi(page, "PATCH", `/companies/${company.id}`, { city: "Пермь", version: company.version });
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Запись изменили одновременно" });
  await dialog.getByRole("button", { name: "Сохранить выбранное" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).city, "Казань");
});

walk("a deal is moved and lost with its reason by keys", async (page) => {
  const stages = (await callApi(page, "POST", "/stages:query", { fields: ["name", "kind", "pipeline"], sort: [{ field: "position" }], limit: 100 })).items;
  const open = stages.find((stage) => stage.kind === "open");
  const lost = stages.find((stage) => stage.kind === "lost" && stage.pipeline.id === open.pipeline.id);
  const deal = await callApi(page, "POST", "/deals", { name: "Поставка отрубей", pipeline: open.pipeline.id, stage: open.id });
  await jumpTo(page, "Поставка отрубей");
  await focusOn(page, page.getByRole("list", { name: "Стадии" }).getByRole("button", { name: lost.name }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Нужно ещё немного" });
  await focusOn(page, dialog.getByLabel(/Причина/));
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await focusOn(page, dialog.getByRole("button", { name: "Сохранить" }));
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  assert.equal((await callApi(page, "GET", `/deals/${deal.id}`)).stage.id, lost.id);
});

walk("a card is moved on the board by its menu by keys", async (page) => {
  await page.goto(`${world.address}/deals?view=board`);
  const menu = page.getByRole("article").first().getByRole("button", { name: /Действия/ });
  await menu.waitFor();
  await focusOn(page, menu);
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await focusOn(page, page.getByRole("button", { name: "Отменить" }));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Отменить" }).waitFor({ state: "detached" });
});

walk("a list is filtered and the view saved by keys", async (page) => {
  await page.goto(`${world.address}/companies?view=all`);
  await page.getByRole("row").nth(2).waitFor();
  await focusOn(page, page.getByRole("button", { name: "Условие" }));
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Поле" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Город");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Город" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Казань");
  await page.keyboard.press("Enter");
  await focusOn(page, page.getByRole("button", { name: "Сохранить вид" }));
  await page.keyboard.press("Enter");
  await page.getByLabel("Название вида").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Казанские пекарни");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Казанские пекарни", selected: true }).waitFor();
});

walk("a colleague is called in a note by keys", async (page) => {
  const company = await newCompany(page, "Колос у реки");
  const colleague = (await callApi(page, "POST", "/users:query", { fields: ["name"], filter: { field: "id", op: "ne", value: 1 }, limit: 1 })).items[0];
  await jumpTo(page, "Колос у реки");
  await focusOn(page, page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Заметка" }));
  await page.keyboard.press("Enter");
  const text = page.locator("[contenteditable=true]");
  await text.and(page.locator(":focus")).waitFor();
  await page.keyboard.type(`Посмотри @${colleague.name.split(" ")[0]}`);
  await page.getByRole("listbox", { name: "Позвать коллегу" }).getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("region", { name: "Лента" }).getByText(`@${colleague.name}`).waitFor();
  const notes = await callApi(page, "POST", "/notes:query", { fields: ["body"], filter: { field: "subject", op: "eq", value: { entity: "company", id: company.id } } });
  assert.match(notes.items[0].body, new RegExp(`data-mention="user:${colleague.id}"`));
});

walk("the card is laid out anew by keys, and back", async (page) => {
  await newCompany(page, "Ржаная верста");
  await jumpTo(page, "Ржаная верста");
  const facts = async () => (await callApi(page, "GET", "/metadata")).entities.find((entity) => entity.key === "company").card.facts;
  const before_change = await facts();
  await focusOn(page, page.getByRole("button", { name: "Ещё действия" }));
  await page.keyboard.press("Enter");
  const item = page.getByRole("menuitem", { name: "Настроить карточку" });
  await item.waitFor();
  await focusOn(page, item);
  await page.keyboard.press("Enter");
  const down = page.getByRole("button", { name: "Ниже: Отношения" });
  await down.waitFor();
  await focusOn(page, down);
  await page.keyboard.press("Enter");
  await focusOn(page, page.getByRole("button", { name: "Сохранить", exact: true }));
  await page.keyboard.press("Enter");
  await page.getByText("Карточка настроена").waitFor();
  assert.equal((await facts())[0].indexOf("relations"), before_change[0].indexOf("relations") + 1);
  await focusOn(page, page.getByRole("button", { name: "Отменить" }));
  await page.keyboard.press("Enter");
  await page.getByText("Карточка настроена").waitFor({ state: "detached" });
  assert.deepEqual(await facts(), before_change);
});
