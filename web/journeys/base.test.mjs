// The client base kept clean: likely duplicates, weights of completeness, mass operations, segments by hand, structure of a holding,
// consents, the map. Run against the real program.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { axeFindings, callApi, openPage, openWorld, undoButton, untilQuiet, untilTrue } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

const add = (page, plural, values) => callApi(page, "POST", `/${plural}?on_duplicate=create`, values);
const filtered = (plural, filter) => `${world.address}/${plural}?filter=${encodeURIComponent(JSON.stringify(filter))}`;

/** The program notices pairs by itself, shortly after the write. */
async function untilPaired(page, id) {
  await untilTrue(page, async (one) => {
    const queue = await (await fetch("/api/v1/duplicates?entity=company&limit=200")).json();
    return queue.items.some((pair) => pair.records.some((record) => record.id === one));
  }, id);
}

test("two alike are merged field by field, parted again, and set aside for good", async () => {
  const { page, context, faults } = await openPage(world);
  const kept = await add(page, "companies", { name: "ООО «Медовый спас»", city: "Тула", phones: [{ raw: "+7 914 111-22-33" }] });
  const other = await add(page, "companies", { name: "Медовый спас", city: "Калуга", phones: [{ raw: "8 (914) 111 22 33" }], inn: "7736050003" });
  await untilPaired(page, other.id);
  await page.goto(`${world.address}/page/duplicates`);
  const pair = page.getByRole("listitem").filter({ hasText: "Медовый спас" });
  await pair.first().waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);
  await pair.getByRole("button", { name: "Объединить…" }).click();
  const dialog = page.getByRole("dialog", { name: "Объединить записи" });
  const city = dialog.getByRole("row", { name: /^Город/ });
  await city.getByRole("radio").nth(1).click();
  const chosen = (await city.getByRole("radio").nth(1).getAttribute("aria-label")) ?? "";
  assert.match(chosen, /Медовый спас/, "a value is called by its record's name, not its number");
  assert.deepEqual(await axeFindings(page), []);
  const taken = (await city.getByRole("cell").nth(1).innerText()).trim();
  await dialog.getByRole("button", { name: "Объединить", exact: true }).click();
  await page.getByText("Записи объединены").waitFor();
  const merged = await callApi(page, "GET", `/companies/${other.id}`);
  assert.equal(merged.city, taken);
  assert.equal(merged.inn, "7736050003");
  await undoButton(page).click();
  await untilTrue(page, async ([one, two]) => (await (await fetch(`/api/v1/companies/${one}`)).json()).city === "Тула" && (await (await fetch(`/api/v1/companies/${two}`)).json()).city === "Калуга", [kept.id, other.id]);

  await untilPaired(page, other.id);
  await page.goto(`${world.address}/page/duplicates`);
  await pair.getByRole("button", { name: "Не дубль" }).click();
  await pair.first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Не дубли", exact: true }).click();
  await pair.first().waitFor();
  await pair.getByRole("button", { name: "Вернуть", exact: true }).click();
  await pair.first().waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await context.close();
});

test("weights of fields are set by their names and the scores follow", async () => {
  const { page, context, faults } = await openPage(world, { path: "/page/completeness" });
  const company = await add(page, "companies", { name: "Взвешенная фирма", description: "есть" });
  const before_score = (await callApi(page, "GET", `/companies/${company.id}`)).fill_score;
  await page.getByRole("button", { name: "Веса полей" }).click();
  const dialog = page.getByRole("dialog", { name: "Веса полей: Компании" });
  await dialog.getByRole("textbox", { name: "Вес поля «ИНН»" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  assert.doesNotMatch(await dialog.innerText(), /\b(inn|phones|legal_name|client_class)\b/, "no raw key is shown");
  const weight = dialog.getByRole("textbox", { name: "Вес поля «Описание»" });
  await weight.fill("50");
  await weight.press("Enter");
  await untilTrue(page, async ([id, score]) => Number((await (await fetch(`/api/v1/companies/${id}`)).json()).fill_score) > Number(score), [company.id, before_score]);
  await untilQuiet(page);
  await weight.fill("");
  await weight.press("Enter");
  await untilTrue(page, async ([id, score]) => Number((await (await fetch(`/api/v1/companies/${id}`)).json()).fill_score) === Number(score), [company.id, before_score]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("tags are given to many at once and one spelling is made of several, each taken back", async () => {
  const { page, context, faults } = await openPage(world);
  const ids = [];
  for (const [name, city] of [["Многая А", "г. Углич"], ["Многая Б", "Углич г"], ["Многая В", "Углич"]]) ids.push((await add(page, "companies", { name, city, tags: ["старое"] })).id);
  const read = () => Promise.all(ids.map((id) => callApi(page, "GET", `/companies/${id}`)));
  await page.goto(filtered("companies", { field: "id", op: "in", value: ids }));
  const openBulk = async (deed) => {
    await page.getByText("Многая А").first().waitFor();
    await page.getByRole("checkbox", { name: "Выбрать всё" }).click();
    await page.getByRole("toolbar", { name: "Действия с выбранным" }).getByRole("button", { name: "Изменить" }).click();
    await page.getByRole("dialog", { name: "Изменить выбранное" }).getByRole("button", { name: deed }).click();
    return page.getByRole("dialog", { name: "Изменить выбранное" });
  };
  let dialog = await openBulk("Метки");
  for (const [label, tag] of [["Добавить метки", "новое"], ["Убрать метки", "старое"]]) {
    await dialog.getByRole("textbox", { name: label }).fill(tag);
    await dialog.getByRole("textbox", { name: label }).press("Enter");
  }
  await dialog.getByText("Изменятся 3 записи").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Применить" }).click();
  await page.getByText(/Изменен/).first().waitFor();
  assert.deepEqual((await read()).map((one) => one.tags), [["новое"], ["новое"], ["новое"]]);
  await undoButton(page).click();
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).tags.includes("старое"), ids[2]);

  await page.reload();
  dialog = await openBulk("Объединить значения");
  await dialog.getByRole("textbox", { name: "Поле" }).fill("Город");
  await page.getByRole("option", { name: "Город", exact: true }).click();
  const from = dialog.getByRole("textbox", { name: "Какие значения" });
  for (const word of ["г. Углич", "Углич г"]) { await from.fill(word); await from.press("Enter"); }
  await dialog.getByRole("textbox", { name: "Станут" }).fill("Углич");
  await page.keyboard.press("Escape");
  await dialog.getByText("Изменятся 2 записи").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Применить" }).click();
  await page.getByText(/Изменен/).first().waitFor();
  assert.deepEqual((await read()).map((one) => one.city), ["Углич", "Углич", "Углич"]);
  await undoButton(page).click();
  await untilTrue(page, async (id) => (await (await fetch(`/api/v1/companies/${id}`)).json()).city === "г. Углич", ids[0]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("chosen clients go into a segment by hand and out of it; the way in is seen on both cards", async () => {
  const { page, context, faults } = await openPage(world);
  const ids = [];
  for (const name of ["Сегментная А", "Сегментная Б"]) ids.push((await add(page, "companies", { name })).id);
  const members = async () => (await callApi(page, "POST", "/segments:query", { filter: { field: "name", op: "eq", value: "Позвать на ярмарку" }, fields: ["name"] })).items[0]?.id;
  await page.goto(filtered("companies", { field: "id", op: "in", value: ids }));
  await page.getByText("Сегментная А").first().waitFor();
  await page.getByRole("checkbox", { name: "Выбрать всё" }).click();
  await page.getByRole("toolbar", { name: "Действия с выбранным" }).getByRole("button", { name: "В сегмент" }).click();
  const dialog = page.getByRole("dialog", { name: "В сегмент" });
  await dialog.getByRole("textbox", { name: "или новый сегмент" }).fill("Позвать на ярмарку");
  await dialog.getByText("Добавится записей: 2").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Добавить" }).last().click();
  await page.getByText("Добавлено в сегмент: 2").waitFor();
  const segment = await members();
  await page.goto(`${world.address}/segments/${segment}`);
  const panel = page.getByRole("region", { name: "Условия сегмента" });
  await panel.getByRole("link", { name: "Записей: 2" }).waitFor();
  await panel.getByRole("link", { name: "Сегментная А" }).first().waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);
  await panel.getByRole("link", { name: "Сегментная А" }).first().click();
  await page.getByRole("region", { name: "Сегменты" }).getByRole("link", { name: "Позвать на ярмарку" }).first().waitFor();

  await page.goto(filtered("companies", { and: [{ in_segment: segment }, { field: "id", op: "eq", value: ids[0] }] }));
  await page.getByText("Сегментная А").first().waitFor();
  await page.getByRole("checkbox", { name: "Выбрать всё" }).click();
  await page.getByRole("toolbar", { name: "Действия с выбранным" }).getByRole("button", { name: "В сегмент" }).click();
  await dialog.getByRole("button", { name: "Убрать" }).first().click();
  await dialog.getByRole("combobox", { name: "Сегмент" }).or(dialog.getByLabel("Сегмент", { exact: true })).first().fill("ярмарку");
  await page.getByRole("option", { name: /Позвать на ярмарку/ }).first().click();
  await dialog.getByText("Будет убрано записей: 1").waitFor();
  await dialog.getByRole("button", { name: "Убрать" }).last().click();
  await page.getByText("Убрано из сегмента: 1").waitFor();
  assert.equal((await callApi(page, "POST", "/companies:count", { filter: { in_segment: segment } })).count.value, 1);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a holding shows what its companies brought, and each side of a relation sees the other", async () => {
  const { page, context, faults } = await openPage(world);
  const head = await add(page, "companies", { name: "Холдинг Колос" });
  const branch = await add(page, "companies", { name: "Колос Юг", parent: head.id });
  const supplier = await add(page, "companies", { name: "Мельница Северная" });
  const [stage] = (await callApi(page, "POST", "/stages:query", { filter: { field: "kind", op: "eq", value: "open" }, fields: ["name"], limit: 1 })).items;
  await callApi(page, "POST", "/deals", { name: "Мука на год", company: branch.id, amount: { amount: "777000.00", currency: "RUB" }, stage: stage.id });
  await callApi(page, "POST", "/company-relations", { company: head.id, other: supplier.id, kind: "supplier" });
  await page.goto(`${world.address}/companies/${head.id}`);
  await page.getByText("В работе по группе").waitFor();
  await page.getByText(/777\s000/).first().waitFor();
  await page.getByRole("link", { name: "Колос Юг" }).first().waitFor();
  await page.getByText("Мельница Северная").first().waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);
  await page.goto(`${world.address}/companies/${supplier.id}`);
  await page.getByText("Холдинг Колос").first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("consents stand on the card of a person, and all that is kept of him goes out as a file", async () => {
  const { page, context, faults } = await openPage(world);
  const contact = await add(page, "contacts", { name: "Согласный Пётр", phones: [{ raw: "+7 916 123-99-88" }] });
  await callApi(page, "POST", "/consents", { contact: contact.id, purpose: "marketing", channel: "email" });
  await page.goto(`${world.address}/contacts/${contact.id}`);
  await page.getByText("Реклама и рассылки").first().waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("button", { name: "Личные данные" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Выгрузить всё о человеке" }).click()]);
  const content = readFileSync(await download.path());
  assert.ok(content.length > 200, "the file holds the person's data");
  assert.deepEqual(faults, []);
  await context.close();
});

test("clients with known places stand on the map and open from it", async () => {
  const { page, context, faults } = await openPage(world);
  await add(page, "companies", { name: "Мельница у реки", city: "Мышкин", addresses: [{ text: "Мышкин, ул. Никольская, 1", latitude: "57.788", longitude: "38.454" }] });
  await page.goto(`${filtered("companies", { field: "city", op: "eq", value: "Мышкин" })}&as=map`);
  const place = page.getByRole("button", { name: /Мельница у реки/ }).or(page.getByRole("link", { name: /Мельница у реки/ })).first();
  await place.waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);
  await place.click();
  await page.getByRole("article", { name: "Мельница у реки" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
