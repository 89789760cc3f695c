// From a request on the site to a deal. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFindings, callApi, openPage, openWorld } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld({ has_demo: false }); });
after(async () => { await world?.close(); });

test("a request from the site becomes a lead, a client and a deal, and comes back", async () => {
  const { page, context, faults } = await openPage(world);
  const form = await callApi(page, "POST", "/web-forms", { name: "Заявка", min_seconds: 0, consent_text: "Согласен на обработку данных", consent_version: "1" });
  await page.goto(`${world.address}/forms/${form.key}?utm_source=ya`);
  assert.deepEqual(await axeFindings(page), []);
  await page.getByLabel("Имя *").fill("Иван Колосов");
  await page.getByLabel("Телефон *").fill("8 912 345-67-89");
  await page.getByLabel(/Согласен/).check();
  await page.getByRole("button", { name: "Отправить" }).click();
  await page.getByText("Спасибо. Мы получили вашу заявку").waitFor();
  const lead = (await callApi(page, "GET", "/leads?fields=name,utm_source")).items[0];
  assert.equal(lead.name, "Заявка: Иван Колосов");
  assert.equal(lead.utm_source, "ya");

  await page.goto(`${world.address}/leads/${lead.id}`);
  await page.getByRole("button", { name: "Преобразовать" }).click();
  const dialog = page.getByRole("dialog", { name: "Преобразовать лид" });
  await dialog.getByRole("textbox", { name: "Название сделки" }).fill("Поставка Колосову");
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Преобразовать" }).click();
  await page.getByRole("heading", { level: 1, name: "Поставка Колосову" }).waitFor();
  if (process.env.SALES_PICTURE) await page.screenshot({ path: process.env.SALES_PICTURE });
  const contact = (await callApi(page, "GET", "/contacts?fields=name")).items[0];
  assert.equal(contact.name, "Иван Колосов");

  await page.goto(`${world.address}/leads/${lead.id}`);
  await page.getByRole("button", { name: "Отменить преобразование" }).click();
  await page.getByText("Преобразование отменено").waitFor();
  assert.equal((await callApi(page, "GET", "/deals")).items.length, 0);
  // The person stays: his consent stands in the register.
  assert.equal((await callApi(page, "GET", "/consents")).items.length, 1);
  assert.equal((await callApi(page, "GET", `/leads/${lead.id}`)).status, "new");
  assert.deepEqual(faults, []);
  await context.close();
});
