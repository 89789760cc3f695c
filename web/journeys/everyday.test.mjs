// The first working day: find, create, call, plan, move, filter. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, openPage, openWorld, undoButton } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

test("a caller is found by a part of the phone", async () => {
  const { page, context, faults } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Пекарня «Рожь»", phones: [{ raw: "+7 912 555-44-33" }] });
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Найти или сделать" }).fill("5554433");
  await page.getByRole("option", { name: /Пекарня «Рожь»/ }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Пекарня «Рожь»" }).waitFor();
  assert.match(page.url(), new RegExp(`/companies/${company.id}$`));
  assert.deepEqual(faults, []);
  await context.close();
});

test("a client is created with a warning about a duplicate", async () => {
  const { page, context, faults } = await openPage(world, { path: "/companies" });
  await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Мельница Севера", phones: [{ raw: "+7 913 700-80-90" }] });
  await page.getByRole("main").getByRole("button", { name: "Создать" }).click();
  const dialog = page.getByRole("dialog", { name: "Создать компанию" });
  await dialog.getByLabel("Название").fill("Северная мельница");
  await dialog.getByRole("textbox", { name: "Телефоны" }).fill("8 913 700 80 90");
  await dialog.getByText("Похоже, такая запись уже есть").waitFor();
  await dialog.getByRole("link", { name: "Мельница Севера" }).waitFor();
  await dialog.getByRole("button", { name: "Всё равно создать" }).click();
  await page.getByText("Готово: Компания «Северная мельница»").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("a field's error is shown at the field", async () => {
  const { page, context } = await openPage(world, { path: "/companies" });
  await page.getByRole("main").getByRole("button", { name: "Создать" }).click();
  const dialog = page.getByRole("dialog", { name: "Создать компанию" });
  await dialog.getByRole("button", { name: "Создать" }).click();
  const name = dialog.getByLabel("Название");
  await name.and(page.locator("[aria-invalid=true]")).waitFor();
  await context.close();
});

test("a call is logged with its next step", async () => {
  const { page, context, faults } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Амбар и Ко" });
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Звонок" }).click();
  const form = page.locator("form").filter({ hasText: "Следующий шаг" });
  await form.getByLabel("Итог").fill("Ждут прайс");
  await form.getByLabel("Что сделать дальше").fill("Отправить прайс");
  await form.getByLabel("Когда", { exact: true }).fill("завтра 15:00");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("region", { name: "Лента" }).getByText("Ждут прайс").waitFor();
  await page.getByText("завтра, 15:00").first().waitFor();
  const record = await callApi(page, "GET", `/companies/${company.id}`);
  assert.ok(record.next_step_at, "the client has a next step");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a fact is edited where it stands", async () => {
  const { page, context, faults } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Липа", city: "Тверь" });
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("button", { name: "Изменить: Город" }).click();
  await page.getByRole("textbox", { name: "Город" }).fill("Казань");
  await page.keyboard.press("Enter");
  await page.getByRole("definition").filter({ hasText: "Казань" }).waitFor();
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).city, "Казань");
  assert.deepEqual(faults, []);
  await context.close();
});

test("two people who change the same field settle it by field", async () => {
  const { page, context } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Кремень", city: "Тверь" });
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("button", { name: "Изменить: Город" }).click();
  await page.getByRole("textbox", { name: "Город" }).fill("Казань");
  // The change of the other has already come to the card when this one is saved.
  await callApi(page, "PATCH", `/companies/${company.id}`, { city: "Пермь", name: "Кремень и сын", version: company.version });
  await page.getByRole("heading", { level: 1, name: "Кремень и сын" }).waitFor();
  await page.getByRole("textbox", { name: "Город" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Запись изменили одновременно" });
  await dialog.getByText("Пермь").waitFor();
  await dialog.getByRole("button", { name: "Сохранить выбранное" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await callApi(page, "GET", `/companies/${company.id}`)).city, "Казань");
  await context.close();
});

test("a lost deal asks for its reason", async () => {
  const { page, context, faults } = await openPage(world);
  const stages = (await callApi(page, "POST", "/stages:query", { fields: ["name", "kind", "pipeline"], limit: 100 })).items;
  const open = stages.find((stage) => stage.kind === "open");
  const lost = stages.find((stage) => stage.kind === "lost" && stage.pipeline.id === open.pipeline.id);
  const deal = await callApi(page, "POST", "/deals", { name: "Поставка муки", pipeline: open.pipeline.id, stage: open.id });
  await page.goto(`${world.address}/deals/${deal.id}`);
  await page.getByRole("list", { name: "Стадии" }).getByRole("button", { name: lost.name }).click();
  const dialog = page.getByRole("dialog", { name: "Нужно ещё немного" });
  await dialog.getByLabel(/Причина/).click();
  await page.getByRole("option").first().click();
  await dialog.getByRole("button", { name: "Сохранить" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await callApi(page, "GET", `/deals/${deal.id}`)).stage.id, lost.id);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a list is filtered by a phrase and the view is saved", async () => {
  const { page, context, faults } = await openPage(world, { path: "/companies" });
  await page.getByRole("button", { name: "Условие" }).click();
  await page.getByRole("textbox", { name: "Поле" }).fill("Город");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Город" }).fill("Казань");
  await page.getByRole("button", { name: "Применить" }).click();
  await page.getByRole("row").filter({ hasText: "Казань" }).first().waitFor();
  await page.getByRole("button", { name: "Сохранить вид" }).click();
  await page.getByLabel("Название вида").fill("Казанские");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Казанские", selected: true }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: /Город.*Казань/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("a deal is moved on the board by its menu and back by undo", async () => {
  const { page, context, faults } = await openPage(world, { path: "/deals?view=board" });
  const first = page.getByRole("article").first();
  const title = await first.getByRole("button").first().innerText();
  await first.getByRole("button", { name: /Действия/ }).click();
  await page.getByRole("menuitem").first().click();
  await page.getByText(`«${title}» →`).waitFor();
  await undoButton(page).click();
  await page.getByText(`«${title}» →`).waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await context.close();
});

test("what others change appears without a reload", async () => {
  const { page, context } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Живая запись", city: "Омск" });
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("definition").filter({ hasText: "Омск" }).waitFor();
  const other = await openPage(world);
  await callApi(other.page, "PATCH", `/companies/${company.id}`, { city: "Томск", version: company.version });
  await page.getByRole("definition").filter({ hasText: "Томск" }).waitFor();
  await other.context.close();
  await context.close();
});

test("what others change while a page is still opening appears too", async () => {
  const { page, context } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Поздний поток", city: "Омск" });
  // The stream stands only when this says so: the change below comes after the page's reads and before the stream.
  await page.addInitScript(() => {
    const post = MessagePort.prototype.postMessage;
    const may_join = new Promise((resolve) => { window.letJoin = resolve; });
    MessagePort.prototype.postMessage = function (message, ...rest) {
      if (message?.type === "join") void may_join.then(() => post.call(this, message, ...rest));
      else post.call(this, message, ...rest);
    };
  });
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("definition").filter({ hasText: "Омск" }).waitFor();
  await callApi(page, "PATCH", `/companies/${company.id}`, { city: "Томск", version: company.version });
  await page.evaluate(() => window.letJoin());
  await page.getByRole("definition").filter({ hasText: "Томск" }).waitFor();
  await context.close();
});

test("a related list that did not load says so and is asked for again", async () => {
  const { page, context, faults } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Упрямый список" });
  const deal = await callApi(page, "POST", "/deals", { name: "Сделка упрямого списка", company: company.id });
  let is_broken = true;
  const refusal = { title: "Внутренняя ошибка" };
  await page.route(/\/api\/v1\/(multi|deals:query)$/, async (route) => {
    const asked = route.request().postDataJSON();
    if (!is_broken) return route.continue();
    if (!asked.requests) return route.fulfill({ status: 500, json: refusal });
    const response = await route.fetch();
    const { answers } = await response.json();
    return route.fulfill({ response, json: { answers: answers.map((answer, at) => (asked.requests[at].path === "/deals:query" ? { status: 500, body: refusal } : answer)) } });
  });
  await page.goto(`${world.address}/companies/${company.id}`);
  const list = page.locator("section").filter({ has: page.getByRole("heading", { level: 3, name: "Сделки", exact: true }) });
  await list.getByRole("alert").getByText("Не загрузилось").waitFor();
  assert.equal(await list.getByText("Пока ничего").count(), 0, "what did not load is not empty");
  is_broken = false;
  await list.getByRole("button", { name: "Попробовать ещё раз" }).click();
  await list.getByRole("link", { name: deal.name }).waitFor();
  assert.equal(await list.getByRole("alert").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("the list is walked with the keyboard alone", async () => {
  const { page, context, faults } = await openPage(world, { path: "/companies?view=all" });
  const grid = page.getByRole("grid");
  await page.locator("[role=row][id]").nth(3).waitFor();
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("complementary").getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Сочетания клавиш" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
