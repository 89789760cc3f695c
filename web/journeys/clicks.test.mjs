// The everyday jobs with their price: presses of the mouse and groups of keys, compared with docs/guide/everyday-jobs.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callApi, openPage, openWorld } from "./browser-world.mjs";

const guide = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../docs/guide/everyday-jobs.md"), "utf8");
const kCheap = new Set(["Найти звонящего", "Перевести сделку на стадию", "Увидеть свои просроченные"]);

function promised(job) {
  const row = guide.split("\n").find((line) => line.startsWith(`| ${job} |`));
  assert.ok(row, `the guide tells how to: ${job}`);
  return Number(row.split("|").at(-2));
}

/** Counts what a hand does. */
class Hand {
  count = 0;

  constructor(page) {
    this.page = page;
  }

  async press(locator) {
    this.count += 1;
    await locator.click();
  }

  /** One group of keys; `then` ends it (Enter, Tab). */
  async type(text, then) {
    this.count += 1;
    await this.page.keyboard.type(text);
    if (then) await this.page.keyboard.press(then);
  }

  async keys(combination) {
    this.count += 1;
    await this.page.keyboard.press(combination);
  }
}

let world;
before(async () => { world = await openWorld(); });
after(async () => { await world?.close(); });

/** Runs a job and compares its price with the guide and the limit. */
function job(name, path, run) {
  test(name, async () => {
    const { page, context, faults } = await openPage(world);
    const place = typeof path === "function" ? await path(page) : path;
    await page.goto(world.address + place);
    await page.getByRole("main").waitFor();
    const hand = new Hand(page);
    await run(page, hand);
    assert.equal(hand.count, promised(name));
    assert.ok(hand.count <= (kCheap.has(name) ? 3 : 6), `${hand.count} is within the limit`);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

async function companyCard(page, name) {
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name, phones: [{ raw: "+7 914 222-11-00" }] });
  return `/companies/${company.id}`;
}

job("Найти звонящего", "/", async (page, hand) => {
  await companyCard(page, "Звонкий колос");
  await hand.keys("Control+k");
  await hand.type("9142221100");
  await page.getByRole("option", { name: /Звонкий колос/ }).first().waitFor();
  await hand.keys("Enter");
  await page.getByRole("heading", { level: 1, name: "Звонкий колос" }).waitFor();
});

job("Записать звонок и следующий шаг", (page) => companyCard(page, "Амбар на Волге"), async (page, hand) => {
  await hand.press(page.getByRole("group", { name: "Что записать" }).getByRole("button", { name: "Звонок" }));
  await page.getByRole("textbox", { name: "Итог" }).and(page.locator(":focus")).waitFor();
  await hand.type("Просят прайс", "Tab");
  await hand.type("Отправить прайс", "Tab");
  await hand.type("завтра 15:00");
  await hand.keys("Control+Enter");
  await page.getByRole("region", { name: "Лента" }).getByText("Просят прайс").waitFor();
  await page.getByText("завтра, 15:00").first().waitFor();
});

job("Создать сделку знакомому клиенту", (page) => companyCard(page, "Липовая роща"), async (page, hand) => {
  await hand.press(page.getByRole("button", { name: "Добавить сделку" }));
  await page.getByRole("dialog").getByLabel("Название").and(page.locator(":focus")).waitFor();
  await hand.type("Поставка зерна", "Enter");
  await page.getByText("Готово: Сделка «Поставка зерна»").waitFor();
});

job("Перевести сделку на стадию", async (page) => {
  const stages = (await callApi(page, "POST", "/stages:query", { fields: ["name", "kind", "pipeline"], sort: [{ field: "position" }], limit: 100 })).items;
  const first = stages.find((stage) => stage.kind === "open");
  const deal = await callApi(page, "POST", "/deals", { name: "Поставка муки", pipeline: first.pipeline.id, stage: first.id });
  return `/deals/${deal.id}`;
}, async (page, hand) => {
  const second = page.getByRole("list", { name: "Стадии" }).getByRole("button").nth(1);
  await hand.press(second);
  await page.getByRole("list", { name: "Стадии" }).getByRole("button").nth(1).and(page.locator("[aria-current=step]")).waitFor();
});

job("Отправить предложение", async (page) => {
  const own = await callApi(page, "POST", "/own-companies", { name: "ООО «Щелчок»", inn: "7707083893", kpp: "773601001", number_prefix: "ЩЛ-", is_default: true });
  await callApi(page, "POST", "/own-accounts", { own_company: own.id, bik: "044525225", account: "40702810200000000001", bank_name: "Сбербанк", is_main: true });
  await callApi(page, "PUT", "/settings/mail-server", { host: "127.0.0.1", port: 9, security: "none", from_address: "office@example.ru", site_url: "http://127.0.0.1" });
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Пекарня у дома", emails: [{ raw: "zakaz@example.com" }] });
  const deal = await callApi(page, "POST", "/deals", { name: "Мука на месяц", company: company.id });
  await callApi(page, "POST", "/deal-lines", { deal: deal.id, name: "Мука ржаная", quantity: "4", price: "1850" });
  return `/deals/${deal.id}`;
}, async (page, hand) => {
  await hand.press(page.getByRole("button", { name: "Создать на основании" }));
  await hand.press(page.getByRole("menuitem", { name: "Предложение" }));
  await page.getByRole("textbox", { name: "Количество, строка 1" }).waitFor();
  await hand.press(page.getByRole("button", { name: "Отправить письмом" }));
  const dialog = page.getByRole("dialog", { name: "Отправить письмом" });
  await hand.press(dialog.getByRole("button", { name: "Отправить", exact: true }));
  await page.getByText("Отправляется: zakaz@example.com").waitFor();
  const letter = (await callApi(page, "GET", "/outgoing-mails?fields=recipients,subject,files,about")).items[0];
  assert.match(letter.subject, /предложение/i);
  assert.equal(letter.files.length, 1);
});

job("Поставить задачу коллеге", "/companies", async (page, hand) => {
  await hand.press(page.getByRole("button", { name: "Быстро создать" }));
  await hand.press(page.getByRole("menuitem", { name: "Задача" }));
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").first().and(page.locator(":focus")).waitFor();
  await hand.type("Позвонить на склад");
  await hand.press(dialog.getByLabel("Ответственный"));
  await page.getByRole("option").first().waitFor();
  await hand.keys("Enter");
  await hand.keys("Control+Enter");
  await page.getByText("Готово: Задача «Позвонить на склад»").waitFor();
});

job("Увидеть свои просроченные", "/companies", async (page, hand) => {
  await callApi(page, "POST", "/tasks", { name: "Давно пора", due_at: new Date(Date.now() - 3 * 86_400_000).toISOString() });
  await hand.press(page.getByRole("link", { name: /Мой день/ }));
  await page.getByRole("heading", { name: /Просрочено/ }).waitFor();
  await page.getByText("Давно пора").waitFor();
});

job("Отобрать и сохранить вид", "/companies?view=all", async (page, hand) => {
  await hand.press(page.getByRole("button", { name: "Условие" }));
  await page.getByRole("textbox", { name: "Поле" }).and(page.locator(":focus")).waitFor();
  await hand.type("Город", "Enter");
  await page.getByRole("textbox", { name: "Город" }).and(page.locator(":focus")).waitFor();
  await hand.type("Казань", "Enter");
  await hand.press(page.getByRole("button", { name: "Сохранить вид" }));
  await page.getByRole("textbox", { name: "Название вида" }).and(page.locator(":focus")).waitFor();
  await hand.type("Казань и рядом", "Enter");
  await page.getByRole("tab", { name: "Казань и рядом", selected: true }).waitFor();
});

job("Объединить двух клиентов", "/companies", async (page, hand) => {
  const kept = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "ООО «Лунный ветер»", phones: [{ raw: "+7 914 555-66-77" }], city: "Тула" });
  const other = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Лунный ветер", phones: [{ raw: "8 (914) 555 66 77" }], inn: "7707083893" });
  await callApi(page, "POST", "/notes", { body: "Звонят по утрам", subject: { entity: "company", id: other.id } });
  // The program notices by itself, shortly after the write.
  for (let found = false; !found;) {
    const queue = await callApi(page, "GET", "/duplicates?entity=company");
    found = queue.items.some((pair) => pair.records.some((record) => record.id === other.id));
    if (!found) await page.waitForTimeout(200);
  }
  await hand.press(page.getByRole("link", { name: /Похожие записи/ }));
  await hand.press(page.getByRole("listitem").filter({ hasText: "Лунный ветер" }).getByRole("button", { name: "Объединить…" }));
  const dialog = page.getByRole("dialog", { name: "Объединить записи" });
  await dialog.getByText("Перейдёт к ней: заметки: 1.").waitFor();
  await hand.press(dialog.getByRole("button", { name: "Объединить", exact: true }));
  await page.getByText("Записи объединены").waitFor();
  const record = await callApi(page, "GET", `/companies/${other.id}`);
  assert.equal(record.id, kept.id);
  assert.equal(record.inn, "7707083893");
});

job("Увидеть воронку", "/companies", async (page, hand) => {
  await callApi(page, "POST", "/deals", { name: "Мука для воронки", amount: "120000" });
  await hand.press(page.getByRole("link", { name: "Отчёты" }));
  await page.getByRole("heading", { level: 1, name: "Воронка" }).waitFor();
  const first = page.getByRole("table").first().getByRole("row").nth(1);
  const counted = Number((await first.getByRole("link", { name: /, Дошли:/ }).textContent()).replace(/\D/g, ""));
  await hand.press(first.getByRole("link", { name: /, Дошли:/ }));
  await page.waitForURL(/\/deals\?/);
  await page.getByText("Мука для воронки").first().waitFor();
  const filter = JSON.parse(new URL(page.url()).searchParams.get("filter"));
  const opened = await callApi(page, "POST", "/deals:query", { filter, fields: ["name"], limit: 1000 });
  assert.equal(opened.items.length, counted, "the list holds the deals that were counted");
});
