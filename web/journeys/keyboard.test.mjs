// The journeys of a working day with the keyboard alone: the mouse is never moved. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, focusOn, openPage, openWorld, undoButton, untilQuiet, untilTrue } from "./browser-world.mjs";

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

/** Comes to a control as the Tab key would and presses a key there. */
async function press(page, target, key = "Enter") {
  await focusOn(page, target);
  await page.keyboard.press(key);
}

/** Replaces what stands in a field. */
async function type(page, target, text) {
  await press(page, target, "Control+a");
  await page.keyboard.type(text);
}

/** Opens a list of these records alone. */
async function goToThose(page, plural, ids) {
  await page.goto(`${world.address}/${plural}?filter=${encodeURIComponent(JSON.stringify({ field: "id", op: "in", value: ids }))}`);
  await page.getByRole("row").nth(ids.length).waitFor();
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
  await focusOn(page, undoButton(page));
  await page.keyboard.press("Enter");
  await undoButton(page).waitFor({ state: "detached" });
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
  await focusOn(page, undoButton(page));
  await page.keyboard.press("Enter");
  await page.getByText("Карточка настроена").waitFor({ state: "detached" });
  assert.deepEqual(await facts(), before_change);
});

walk("two alike are merged field by field, parted again and set aside by keys", async (page) => {
  const kept = await newCompany(page, "ООО «Яблочный спас»", { city: "Тула", phones: [{ raw: "+7 914 222-33-44" }] });
  const other = await newCompany(page, "Яблочный спас", { city: "Калуга", phones: [{ raw: "8 (914) 222 33 44" }] });
  const isPaired = async (id) => (await (await fetch("/api/v1/duplicates?entity=company&limit=200")).json()).items.some((pair) => pair.records.some((record) => record.id === id));
  await untilTrue(page, isPaired, other.id);
  await page.goto(`${world.address}/page/duplicates`);
  const pair = page.getByRole("listitem").filter({ hasText: "Яблочный спас" });
  await press(page, pair.getByRole("button", { name: "Объединить…" }));
  const dialog = page.getByRole("dialog", { name: "Объединить записи" });
  const city = dialog.getByRole("row", { name: /^Город/ });
  const before_choice = await city.getByRole("radio", { checked: true }).getAttribute("aria-label");
  await press(page, city.getByRole("radio", { checked: true }), "ArrowRight");
  const taken = await city.getByRole("radio", { checked: true }).getAttribute("aria-label");
  assert.notEqual(taken, before_choice);
  const place = (await city.getByRole("cell").filter({ has: page.getByRole("radio", { checked: true }) }).innerText()).trim();
  await press(page, dialog.getByRole("button", { name: "Объединить", exact: true }));
  await page.getByText("Записи объединены").waitFor();
  assert.equal((await callApi(page, "GET", `/companies/${other.id}`)).city, place);
  await press(page, undoButton(page));
  await untilTrue(page, async (ids) => (await Promise.all(ids.map(async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city))).join() === "Тула,Калуга", [kept.id, other.id]);
  await untilTrue(page, isPaired, other.id);
  await page.goto(`${world.address}/page/duplicates`);
  await press(page, pair.getByRole("button", { name: "Не дубль" }));
  await pair.waitFor({ state: "detached" });
  await press(page, undoButton(page));
  await pair.waitFor();
});

walk("many get a tag at once and lose it again by keys", async (page) => {
  const ids = [];
  for (const name of ["Пирог с вишней", "Пирог с маком"]) ids.push((await newCompany(page, name)).id);
  await goToThose(page, "companies", ids);
  await press(page, page.getByRole("checkbox", { name: "Выбрать всё" }), "Space");
  await press(page, page.getByRole("toolbar", { name: "Действия с выбранным" }).getByRole("button", { name: "Изменить" }));
  const dialog = page.getByRole("dialog", { name: "Изменить выбранное" });
  await press(page, dialog.getByRole("button", { name: "Метки" }));
  await type(page, dialog.getByRole("textbox", { name: "Добавить метки" }), "пироги");
  await page.keyboard.press("Enter");
  await dialog.getByText("Изменятся 2 записи").waitFor();
  await press(page, dialog.getByRole("button", { name: "Применить" }));
  await undoButton(page).waitFor();
  assert.deepEqual((await callApi(page, "GET", `/companies/${ids[0]}`)).tags, ["пироги"]);
  await press(page, undoButton(page));
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).tags.length === 0, ids[0]);
});

walk("chosen clients go into a segment and are opened from it by keys", async (page) => {
  const ids = [];
  for (const name of ["Калач с корицей", "Калач с тмином"]) ids.push((await newCompany(page, name)).id);
  await goToThose(page, "companies", ids);
  await press(page, page.getByRole("checkbox", { name: "Выбрать всё" }), "Space");
  await press(page, page.getByRole("toolbar", { name: "Действия с выбранным" }).getByRole("button", { name: "В сегмент" }));
  const dialog = page.getByRole("dialog", { name: "В сегмент" });
  await type(page, dialog.getByRole("textbox", { name: "или новый сегмент" }), "Калачи к чаю");
  await dialog.getByText("Добавится записей: 2").waitFor();
  await press(page, dialog.getByRole("button", { name: "Добавить" }).last());
  await page.getByText("Добавлено в сегмент: 2").waitFor();
  const [segment] = (await callApi(page, "POST", "/segments:query", { filter: { field: "name", op: "eq", value: "Калачи к чаю" }, fields: ["name"] })).items;
  await page.goto(`${world.address}/segments/${segment.id}`);
  await press(page, page.getByRole("region", { name: "Условия сегмента" }).getByRole("link", { name: "Калач с корицей" }).first());
  await page.getByRole("heading", { level: 1, name: "Калач с корицей" }).waitFor();
});

walk("owners of incomplete cards get tasks, and a weight is set by keys", async (page) => {
  await page.goto(`${world.address}/page/completeness`);
  await press(page, page.getByRole("button", { name: "Поставить задачи" }));
  await page.getByText(/Карточек ниже планки/).waitFor();
  await press(page, page.getByRole("button", { name: "Веса полей" }));
  const company = await newCompany(page, "Взвешенный каравай", { description: "есть" });
  const weight = page.getByRole("dialog", { name: "Веса полей: Компании" }).getByRole("textbox", { name: "Вес поля «Описание»" });
  await type(page, weight, "50");
  await page.keyboard.press("Enter");
  const score = (id) => page.evaluate(async (one) => Number((await (await fetch(`/api/v1/companies/${one}`)).json()).fill_score), id);
  await untilTrue(page, async ([id, before_change]) => Number((await (await fetch(`/api/v1/companies/${id}`)).json()).fill_score) > Number(before_change), [company.id, company.fill_score]);
  assert.ok((await score(company.id)) > Number(company.fill_score));
});

walk("affairs are handed over and taken back by keys", async (page) => {
  const leaver = await callApi(page, "POST", "/users", { name: "Отбывающий Фома", email: "foma@example.ru" });
  await callApi(page, "POST", "/users", { name: "Принимающий Лука", email: "luka@example.ru" });
  const company = await newCompany(page, "Переходящий каравай", { owner: leaver.id });
  await page.goto(`${world.address}/users/${leaver.id}`);
  await press(page, page.getByRole("button", { name: "Передать дела" }));
  const dialog = page.getByRole("dialog", { name: /Передать дела/ });
  await focusOn(page, dialog.getByRole("combobox", { name: "Кому" }).or(dialog.getByLabel("Кому", { exact: true })).first());
  await page.keyboard.type("Принимающий");
  await page.getByRole("option", { name: /Принимающий Лука/ }).waitFor();
  await page.keyboard.press("Enter");
  await dialog.getByText("Компании: 1").waitFor();
  await press(page, dialog.getByRole("button", { name: "Передать", exact: true }));
  await page.getByText("Передано записей: 1").waitFor();
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).owner.title, "Принимающий Лука");
  await press(page, undoButton(page));
  await untilTrue(page, async ([id, owner]) => (await (await fetch(`/api/v1/companies/${id}`)).json()).owner?.id === owner, [company.id, leaver.id]);
});

walk("what is kept of a person goes out as a file and then for good by keys", async (page) => {
  const contact = await callApi(page, "POST", "/contacts?on_duplicate=create", { name: "Уходящий Тимофей" });
  await page.goto(`${world.address}/contacts/${contact.id}`);
  const choose = async (item) => {
    await press(page, page.getByRole("button", { name: "Личные данные" }));
    await press(page, page.getByRole("menuitem", { name: item }));
  };
  const [download] = await Promise.all([page.waitForEvent("download"), choose("Выгрузить всё о человеке")]);
  assert.ok(await download.path());
  await choose("Удалить данные");
  const dialog = page.getByRole("dialog", { name: "Удаление личных данных" });
  await dialog.getByText(/Будут очищены/).waitFor();
  await type(page, dialog.getByLabel("Основание"), "Заявление");
  await press(page, dialog.getByRole("button", { name: "Удалить данные" }));
  await untilTrue(page, async (id) => (await fetch(`/api/v1/contacts/${id}`)).status === 404, contact.id);
});

walk("a client is opened from the map by keys", async (page) => {
  const company = await newCompany(page, "Пекарня у плёса", { addresses: [{ text: "Плёс, ул. Советская, 1", latitude: "57.460", longitude: "41.511" }] });
  await page.goto(`${world.address}/companies?as=map&filter=${encodeURIComponent(JSON.stringify({ field: "id", op: "eq", value: company.id }))}`);
  await press(page, page.getByRole("application").getByRole("button", { name: /Пекарня у плёса/ }));
  await page.getByRole("article", { name: "Пекарня у плёса" }).waitFor();
});

walk("a lead becomes a client and a deal, and comes back by keys", async (page) => {
  const lead = await callApi(page, "POST", "/leads?on_duplicate=create", { name: "Заявка на сушки", person_name: "Сушкин Егор", phones: [{ raw: "+7 921 444-10-20" }] });
  await page.goto(`${world.address}/leads/${lead.id}`);
  await press(page, page.getByRole("button", { name: "Преобразовать", exact: true }));
  const dialog = page.getByRole("dialog", { name: "Преобразовать лид" });
  await type(page, dialog.getByRole("textbox", { name: "Название сделки" }), "Сушки оптом");
  await press(page, dialog.getByRole("button", { name: "Преобразовать" }));
  await page.getByRole("heading", { level: 1, name: "Сушки оптом" }).waitFor();
  await page.goto(`${world.address}/leads/${lead.id}`);
  await press(page, page.getByRole("button", { name: "Отменить преобразование" }));
  await page.getByText("Преобразование отменено").waitFor();
  assert.equal((await callApi(page, "GET", `/leads/${lead.id}`)).status, "new");
});

walk("an invoice is paid by keys", async (page) => {
  const [invoice] = (await callApi(page, "POST", "/invoices:query", { filter: { field: "payment_state", op: "eq", value: "unpaid" }, fields: ["number"], limit: 1 })).items;
  await page.goto(`${world.address}/invoices/${invoice.id}`);
  await press(page, page.getByRole("button", { name: "Оплата", exact: true }));
  const sum = page.getByRole("dialog", { name: "Оплата" }).getByRole("textbox", { name: "Сумма" });
  await sum.and(page.locator(":focus")).waitFor();
  await type(page, sum, "100,50");
  await page.keyboard.press("Enter");
  await page.getByText("Оплата записана").waitFor();
  assert.equal((await callApi(page, "GET", `/invoices/${invoice.id}`)).paid_amount.amount, "100.50");
});

walk("a signed scan is kept with its document by keys", async (page) => {
  const [contract] = (await callApi(page, "GET", "/contracts?fields=name&limit=1")).items;
  await page.goto(`${world.address}/contracts/${contract.id}`);
  await press(page, page.getByRole("button", { name: "Добавить скан документа" }));
  const dialog = page.getByRole("dialog", { name: "Создать скан документа" });
  const choose = dialog.getByRole("button", { name: "Прикрепить файл" });
  await choose.waitFor();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(page, choose)]);
  await chooser.setFiles({ name: "договор.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") });
  await dialog.getByText("договор.pdf").waitFor();
  await page.keyboard.press("Control+Enter");
  await dialog.waitFor({ state: "detached" });
  const [scan] = (await callApi(page, "GET", "/document-scans?fields=document,files")).items;
  assert.deepEqual([scan.document.id, scan.files[0].name], [contract.id, "договор.pdf"]);
});

walk("what is wrong is said at its field and in its cell by keys", async (page) => {
  const company = await newCompany(page, "Сдоба с ошибкой", { city: "Тверь" });
  const wrong = page.locator("[aria-invalid=true]");
  await page.goto(`${world.address}/companies?view=all&q=${encodeURIComponent("Сдоба с ошибкой")}`);
  await page.getByRole("row").filter({ hasText: "Сдоба с ошибкой" }).waitFor();
  await page.keyboard.press("n");
  const name = page.getByRole("dialog", { name: "Создать компанию" }).getByLabel("Название");
  await name.and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Control+Enter");
  await name.and(wrong).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await press(page, page.getByRole("grid"), "ArrowDown");
  const field = page.getByRole("textbox", { name: "Город" });
  const editor = page.getByRole("dialog", { name: /^Изменить: / });
  await page.keyboard.press("F2");
  for (let steps = 0; (await editor.getAttribute("aria-label")) !== "Изменить: Город"; steps += 1) {
    assert.ok(steps < 15, "F2 comes to every cell");
    const before_step = await editor.getAttribute("aria-label");
    await page.keyboard.press("F2");
    await editor.and(page.locator(`:not([aria-label="${before_step}"])`)).waitFor();
  }
  await type(page, field, "Ы".repeat(201));
  await page.keyboard.press("Enter");
  await field.and(wrong).waitFor();
  await type(page, field, "Кострома");
  await page.keyboard.press("Enter");
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city === "Кострома", company.id);
});
