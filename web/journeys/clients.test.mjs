// The client base in order: incomplete cards, segments, handover, personal data. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFindings, callApi, openPage, openWorld, undoButton, untilTrue } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

test("owners of incomplete cards get tasks from the report", async () => {
  const { page, context, faults } = await openPage(world, { path: "/page/completeness" });
  await page.getByRole("heading", { level: 1, name: "Полнота базы" }).waitFor();
  await page.getByRole("columnheader", { name: "Заполненность" }).waitFor();
  await page.getByRole("button", { name: "Поставить задачи" }).click();
  await page.getByText(/Карточек ниже планки/).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a segment follows its conditions and shows who came", async () => {
  const { page, context, faults } = await openPage(world);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Заря сегмента", city: "Сегментск" });
  const segment = await callApi(page, "POST", "/segments", { name: "Сегментск", target: "company", filter: { field: "city", op: "eq", value: "Сегментск" } });
  await page.goto(`${world.address}/segments/${segment.id}`);
  const panel = page.getByRole("region", { name: "Условия сегмента" });
  await panel.getByRole("link", { name: "Заря сегмента" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await panel.getByRole("link", { name: "Записей: 1" }).click();
  await page.getByText("Заря сегмента").first().waitFor();
  await page.goto(`${world.address}/companies/${company.id}`);
  await page.getByRole("region", { name: "Сегменты" }).getByRole("link", { name: "Сегментск" }).first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("the affairs of a colleague are handed over and taken back", async () => {
  const { page, context, faults } = await openPage(world);
  const leaver = await callApi(page, "POST", "/users", { name: "Уходящий Пётр", email: "leaver@example.ru" });
  await callApi(page, "POST", "/users", { name: "Преемник Иван", email: "heir@example.ru" });
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Переходящая компания", owner: leaver.id });
  await page.goto(`${world.address}/users/${leaver.id}`);
  await page.getByRole("button", { name: "Передать дела" }).click();
  const dialog = page.getByRole("dialog", { name: /Передать дела/ });
  await dialog.getByRole("combobox", { name: "Кому" }).or(dialog.getByLabel("Кому", { exact: true })).first().fill("Преемник");
  await page.getByRole("option", { name: /Преемник Иван/ }).first().click();
  await dialog.getByText("Компании: 1").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Передать", exact: true }).click();
  await page.getByText("Передано записей: 1").waitFor();
  const moved = await callApi(page, "GET", `/companies/${company.id}`);
  assert.equal(moved.owner.title, "Преемник Иван");
  await undoButton(page).click();
  await untilTrue(page, async ([id, owner]) => (await (await fetch(`/api/v1/companies/${id}`)).json()).owner?.id === owner, [company.id, leaver.id]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a person's data go for good", async () => {
  const { page, context, faults } = await openPage(world);
  const contact = await callApi(page, "POST", "/contacts?on_duplicate=create", { name: "Забытый Фёдор" });
  await page.goto(`${world.address}/contacts/${contact.id}`);
  await page.getByRole("button", { name: "Личные данные" }).click();
  await page.getByRole("menuitem", { name: "Удалить данные" }).click();
  const dialog = page.getByRole("dialog", { name: "Удаление личных данных" });
  await dialog.getByText(/Будут очищены/).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByLabel("Основание").fill("Заявление от 22 ноября");
  await dialog.getByRole("button", { name: "Удалить данные" }).click();
  await untilTrue(page, async (id) => (await fetch(`/api/v1/contacts/${id}`)).status === 404, contact.id);
  const log = await callApi(page, "GET", "/erasures");
  assert.equal(log.items[0].reason, "Заявление от 22 ноября");
  assert.deepEqual(faults.filter((fault) => !fault.includes("404")), []);
  await context.close();
});
