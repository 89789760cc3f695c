// What is typed is never lost and what is wrong is said at its field. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPhone } from "../scripts/browser.mjs";
import { callApi, openPage, openWorld, untilQuiet } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

const company = (page, name, more = {}) => callApi(page, "POST", "/companies?on_duplicate=create", { name, ...more });
const wrong = (page) => page.locator("[aria-invalid=true]");

test("the create form says what is wrong at each field", async () => {
  const { page, context } = await openPage(world, { path: "/companies" });
  await page.getByRole("main").getByRole("button", { name: "Создать", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Создать компанию" });
  await dialog.getByLabel("Город").fill("Ы".repeat(201));
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.getByLabel("Город").and(wrong(page)).waitFor();
  const described = await dialog.getByLabel("Город").getAttribute("aria-describedby");
  assert.ok((await page.locator(`[id="${described.split(" ").at(-1)}"]`).innerText()).length > 3, "the reason stands beside the field");
  await dialog.getByLabel("Город").fill("Тверь");
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.getByLabel("Название").and(wrong(page)).waitFor();
  await context.close();
});

test("a fact edited in place says what is wrong and keeps what was typed", async () => {
  const { page, context } = await openPage(world);
  const made = await company(page, "Проверка на месте");
  await page.goto(`${world.address}/companies/${made.id}`);
  await page.getByRole("button", { name: "Изменить: Город" }).click();
  await page.getByRole("textbox", { name: "Город" }).fill("Ы".repeat(201));
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Город" }).and(wrong(page)).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Город" }).inputValue(), "Ы".repeat(201));
  await context.close();
});

test("a cell of a list says what is wrong over the cell", async () => {
  const { page, context } = await openPage(world);
  await company(page, "Проверка в списке", { city: "Тверь" });
  await page.goto(`${world.address}/companies?view=all&q=${encodeURIComponent("Проверка в списке")}`);
  const row = page.getByRole("row").filter({ hasText: "Проверка в списке" });
  await row.getByText("Тверь").hover();
  await row.getByRole("button", { name: "Изменить: Город" }).click();
  await page.getByRole("textbox", { name: "Город" }).fill("Ы".repeat(201));
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Город" }).and(wrong(page)).waitFor();
  await page.getByRole("textbox", { name: "Город" }).fill("Кострома");
  await page.keyboard.press("Enter");
  await row.getByText("Кострома").waitFor();
  await context.close();
});

test("the composer says what is wrong at its field", async () => {
  const { page, context } = await openPage(world);
  const made = await company(page, "Проверка записи");
  await page.goto(`${world.address}/companies/${made.id}`);
  await page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Задача" }).click();
  const name = page.getByLabel(/^Что сделать/);
  await name.fill("x".repeat(501));
  await page.getByRole("button", { name: "Сохранить", exact: true }).click();
  await name.and(wrong(page)).waitFor();
  await context.close();
});

test("a lost connection is told at once, keeps what was typed, and the text is saved when it is back", async () => {
  const { page, context } = await openPage(world, { is_alone: true });
  const made = await company(page, "Связь пропала");
  await page.goto(`${world.address}/companies/${made.id}`);
  await untilQuiet(page);
  await page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Заметка" }).click();
  const text = page.locator("[contenteditable=true]");
  await text.waitFor();
  await context.whole.setOffline(true);
  const notice = page.getByRole("status").filter({ hasText: "Нет соединения с сервером" });
  await notice.waitFor();
  await text.pressSequentially("Обещали ответ к пятнице");
  await page.getByRole("button", { name: "Сохранить", exact: true }).click();
  await page.getByRole("alert").getByText("Нет соединения").waitFor();
  assert.match(await text.innerText(), /Обещали ответ к пятнице/);
  await context.whole.setOffline(false);
  await notice.waitFor({ state: "detached" });
  await page.reload();
  await page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Заметка" }).click();
  await page.locator("[contenteditable=true]").getByText("Обещали ответ к пятнице").waitFor();
  await page.getByRole("button", { name: "Сохранить", exact: true }).click();
  await page.getByRole("region", { name: "Лента" }).getByText("Обещали ответ к пятнице").waitFor();
  await context.close();
});

test("a phone offers the camera and tells the sections in one hand", async () => {
  const { page, context, faults } = await openPage(world, { viewport: kPhone, hasTouch: true, isMobile: true });
  const made = await company(page, "Снимок с объекта");
  await page.goto(`${world.address}/companies/${made.id}`);
  await page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Заметка" }).tap();
  const camera = page.getByLabel("Снять камерой", { exact: true }).and(page.locator("input"));
  assert.equal(await camera.getAttribute("capture"), "environment");
  await camera.setInputFiles({ name: "obekt.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64") });
  await page.getByText("obekt.png").waitFor();
  await page.locator("[contenteditable=true]").pressSequentially("Фото фасада");
  await page.getByRole("button", { name: "Сохранить", exact: true }).tap();
  await page.getByRole("region", { name: "Лента" }).getByText("Фото фасада").waitFor();
  await page.getByRole("navigation", { name: "Разделы" }).getByRole("button", { name: "Ещё" }).tap();
  await page.getByRole("dialog", { name: "Все разделы" }).getByRole("link", { name: "Задачи" }).tap();
  await page.getByRole("heading", { level: 1, name: "Задачи" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
