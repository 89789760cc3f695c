// A field and a record that a person may not see appear nowhere: not in a list, a card, a search, a filter, a history. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callApi, openPage, openWorld, untilQuiet } from "./browser-world.mjs";

const kSeller = { email: "prodavec@example.ru", password: "prodavec-2026-parol" };
let world;
let secret;
let own;
before(async () => {
  world = await openWorld();
  const { page, context } = await openPage(world);
  const rights = { "*": { read: "all" }, company: { read: "own", create: "all", update: "own", hidden: ["inn"] }, deal: { read: "own", create: "all", update: "own" } };
  const role = await callApi(page, "POST", "/roles", { name: "Продавец", rights });
  const user = await callApi(page, "POST", "/users", { name: "Продавец Олег", email: kSeller.email, roles: [{ id: role.id }] });
  await callApi(page, "POST", `/users/${user.id}/password`, { password: kSeller.password });
  secret = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Тайная мельница", city: "Казань", inn: "7707083893" });
  own = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Своя мельница", city: "Казань", inn: "7728168971", owner: user.id });
  await context.close();
});
after(async () => { await world?.close(); });

const open = (path) => openPage(world, { path, account: kSeller });

test("a record of somebody else is in no list and no search, and its address tells nothing", async () => {
  const { page, context, faults } = await open("/companies?view=all");
  await page.getByRole("row").filter({ hasText: "Своя мельница" }).waitFor();
  assert.equal(await page.getByText("Тайная мельница").count(), 0);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("мельница");
  await page.getByRole("option", { name: /Своя мельница/ }).first().waitFor();
  assert.equal(await page.getByRole("option", { name: /Тайная мельница/ }).count(), 0);
  await page.goto(`${world.address}/companies/${secret.id}`);
  await page.getByText("Запись удалена, скрыта от вас или адрес набран с ошибкой").waitFor();
  assert.equal(await page.getByText("Тайная мельница").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a hidden field is in no card, no form, no filter, no column and no history", async () => {
  const { page, context, faults } = await open(`/companies/${own.id}`);
  await page.getByRole("heading", { level: 1, name: "Своя мельница" }).waitFor();
  await page.getByRole("button", { name: "Остальные поля" }).click();
  await untilQuiet(page);
  assert.equal(await page.getByText("ИНН", { exact: true }).count(), 0);
  assert.equal(await page.getByText("7728168971").count(), 0);
  await page.goto(`${world.address}/companies?view=all`);
  await page.getByRole("row").filter({ hasText: "Своя мельница" }).waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "ИНН" }).count(), 0);
  await page.getByRole("button", { name: "Условие" }).click();
  await page.getByRole("textbox", { name: "Поле" }).fill("ИНН");
  await page.getByText("Ничего не нашлось").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("main").getByRole("button", { name: "Создать", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Создать компанию" });
  await dialog.getByLabel("Название").waitFor();
  assert.equal(await dialog.getByLabel("ИНН").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("what may not be changed offers no pencil, and settings are not in the menu", async () => {
  const { page, context } = await open("/page/my-day");
  await untilQuiet(page);
  assert.equal(await page.getByRole("link", { name: "Настройки" }).count(), 0);
  const contact = (await callApi(page, "POST", "/contacts:query", { fields: ["name"], limit: 1 })).items[0];
  await page.goto(`${world.address}/contacts/${contact.id}`);
  await page.getByRole("heading", { level: 1, name: contact.name }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Изменить: / }).count(), 0);
  await context.close();
});
