import { bankFile } from "../journeys/bank-file.mjs";
import { callApi } from "./browser.mjs";
import { letter, openScan, passwordLink, withMail, withoutMail } from "./letters.mjs";

// The screens that are looked at before a release, and how each is reached. `t` gives the text of a key in the language of the picture.
const kRuCity = { field: "city", op: "eq", value: "Казань" };
const address = (path, search) => `${path}?${new URLSearchParams(Object.entries(search).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]))}`;

async function firstId(page, plural, more = {}) {
  const found = await callApi(page, "POST", `/${plural}:query`, { fields: ["version"], limit: 1, ...more });
  return found.items[0]?.id ?? 1;
}

const card = (plural, more) => async ({ page }) => `/${plural}/${await firstId(page, plural, more)}`;
const kWithPhone = { filter: { field: "phones", op: "not_empty" }, sort: [{ field: "name" }] };
const label = (t, key, params) => Object.entries(params ?? {}).reduce((text, [name, value]) => text.replace(`{${name}}`, value), t(key));

async function select(page, count) {
  for (let at = 0; at < count; at += 1) await page.locator("[role=row][id] input[type=checkbox]").nth(at).click();
}

async function editCity({ page, t }) {
  await page.locator("dl button[aria-label]").filter({ visible: true }).nth(2).focus();
  const city = page.getByRole("button", { name: label(t, "card.edit_field", { field: await cityLabel(page) }) });
  await city.click();
  await page.locator("[data-editing] input").first().waitFor();
}

async function cityLabel(page) {
  const metadata = await callApi(page, "GET", "/metadata");
  return metadata.entities.find((entity) => entity.key === "company").fields.find((field) => field.key === "city").label;
}

async function conflict({ page, t }) {
  const id = Number(page.url().split("/").at(-1));
  const before = await callApi(page, "GET", `/companies/${id}`);
  await page.context().route("**/api/v1/live", (route) => route.abort());
  await editCity({ page, t });
  await page.locator("[data-editing] input").first().fill("Новосибирск");
  await callApi(page, "PATCH", `/companies/${id}`, { city: before.city === "Пермь" ? "Самара" : "Пермь", version: before.version });
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
}

async function openDeal({ page }) {
  const stages = (await callApi(page, "POST", "/stages:query", { fields: ["name", "kind", "pipeline"], sort: [{ field: "position" }], limit: 50 })).items;
  const open = stages.find((stage) => stage.kind === "open");
  return `/deals/${await firstId(page, "deals", { filter: { field: "stage", op: "eq", value: open.id } })}`;
}

async function typeDuplicate({ page }) {
  const known = (await callApi(page, "POST", "/companies:query", { fields: ["phones"], limit: 1, ...kWithPhone })).items[0];
  await page.keyboard.press("n");
  await page.getByRole("dialog").getByRole("textbox").first().fill("Тёплый хлеб");
  await page.getByRole("dialog").getByRole("textbox").nth(1).fill(known.phones[0].raw);
  await page.getByRole("dialog").getByRole("status").first().waitFor({ timeout: 5000 });
}

/** A place that is gone to once `prepare` is done. */
const after = (prepare, where) => async (given) => {
  await prepare(given);
  return typeof where === "string" ? where : where(given);
};

const lose = async (page) => {
  await page.context().route("**/api/v1/**", (route) => route.abort());
  await page.context().setOffline(true);
};

/** A document in a state, whichever. */
const document = (plural, state) => async ({ page }) => `/${plural}/${await firstId(page, plural, { filter: { field: "state", op: "eq", value: state } })}`;

/** The bank's page with a file: three payments, of whom only one is known, or one that cannot be read. */
async function takeBankFile({ page }, { is_broken = false } = {}) {
  const { items: [account] } = await callApi(page, "GET", "/own-accounts?fields=account&limit=1");
  const { items: [invoice] } = await callApi(page, "POST", "/invoices:query", { filter: { field: "state", op: "eq", value: "posted" }, fields: ["number"], limit: 1 });
  const text = bankFile([{ sum: is_broken ? "сто" : "1200.00", inn: "7736207543", purpose: `Оплата по счёту ${invoice.number}` }, { sum: "500.00", inn: "7736207543", purpose: "Оплата за товар без номера счёта" }, { sum: "10.00", inn: "5024021922", purpose: "Возврат" }], account.account);
  await page.locator("input[type=file]").first().setInputFiles({ name: "выписка.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await (is_broken ? page.getByRole("alert") : page.getByRole("region", { name: "выписка.txt" })).first().waitFor();
}

async function bookBankFile(given) {
  await takeBankFile(given);
  const statement = given.page.getByRole("region", { name: "выписка.txt" });
  await statement.getByRole("button", { name: given.t("web.money.book") }).click();
  await statement.getByRole("link", { name: given.t("web.money.open_statement") }).waitFor();
}

const failing = (pattern) => async ({ page }) => page.route(pattern, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "База занята, попробуйте ещё раз", status: 500 }) }));

async function openSheet({ page, t }) {
  await page.getByRole("button", { name: t("views.more") }).last().click();
  await page.getByRole("dialog").waitFor();
}

/** `where`: an address or how to find it; `act`: what is done there; `only`: a look's device. */
export const screens = [
  { name: "my-day", where: "/page/my-day" },
  { name: "list", where: "/companies?view=all" },
  { name: "funnel", where: "/reports/funnel?period=this_year&split=owner" },
  { name: "list-mine", where: "/companies?view=mine" },
  { name: "list-contacts", where: "/contacts?view=all" },
  { name: "list-deals", where: "/deals?view=all" },
  { name: "list-tasks", where: "/tasks?view=all" },
  { name: "list-leads", where: "/leads?view=all" },
  { name: "list-filtered", where: address("/companies", { view: "all", filter: { and: [kRuCity, { field: "owner", op: "eq", value: "me" }, { field: "next_step_at", op: "lt", value: "today" }] } }) },
  { name: "list-nothing", where: address("/companies", { view: "all", filter: { field: "city", op: "eq", value: "Урюпинск" } }) },
  { name: "list-grouped", where: "/deals?view=all&group=stage", act: async ({ page }) => { await page.locator("button[aria-expanded]").filter({ has: page.locator("strong") }).first().click(); } },
  { name: "list-error", where: "/companies?view=all", before: async ({ page }) => page.route("**/companies:query", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "База занята, попробуйте ещё раз", status: 500 }) })) },
  { name: "list-waiting", where: "/companies?view=all", is_unsettled: true, before: async ({ page }) => page.route("**/companies:query", () => undefined) },
  { name: "list-cell-editor", where: "/companies?view=all", device: "desktop", act: async ({ page }) => { await page.locator("[role=row][id]").nth(3).click(); await page.keyboard.press("Escape"); await page.getByRole("grid").focus(); await page.keyboard.press("F2"); } },
  { name: "filter-field", where: "/companies?view=all", act: async ({ page, t }) => { await page.getByRole("button", { name: t("filter.add") }).click(); } },
  { name: "filter-value", where: address("/companies", { view: "all", filter: { and: [kRuCity, { field: "next_step_at", op: "lt", value: "today" }] } }), act: async ({ page }) => { await page.locator("main button").filter({ hasText: /сегодня|today/ }).first().click(); } },
  { name: "columns", where: "/companies?view=all", act: async ({ page, t }) => { await page.getByRole("button", { name: t("list.columns") }).click(); } },
  { name: "save-view", where: address("/companies", { view: "all", filter: kRuCity }), act: async ({ page, t }) => { await page.getByRole("button", { name: t("views.save") }).click(); } },
  { name: "bulk", where: "/companies?view=all", device: "desktop", act: async ({ page }) => select(page, 4) },
  { name: "bulk-dialog", where: "/companies?view=all", device: "desktop", act: async ({ page, t }) => { await select(page, 4); await page.getByRole("toolbar").getByRole("button", { name: t("bulk.change") }).click(); } },
  { name: "panel", where: async ({ page }) => `/companies?view=all&open=company/${await firstId(page, "companies", kWithPhone)}` },
  { name: "card-company", where: card("companies", kWithPhone) },
  { name: "card-contact", where: card("contacts", kWithPhone) },
  { name: "card-deal", where: openDeal },
  { name: "card-lead", where: card("leads") },
  { name: "card-task", where: card("tasks") },
  { name: "card-edit", where: card("companies", kWithPhone), device: "desktop", act: editCity },
  { name: "card-call", where: card("companies", kWithPhone), act: async ({ page }) => { await page.locator("[data-part=timeline] [role=group] button").first().click(); } },
  { name: "card-note", where: card("companies", kWithPhone), act: async ({ page }) => { await page.locator("[data-part=timeline] [role=group] button").nth(3).click(); } },
  { name: "card-facts", where: card("companies", kWithPhone), device: "phone", act: async ({ page, t }) => { await page.getByRole("tab", { name: t("card.tab_facts") }).click(); } },
  { name: "card-related", where: card("companies", kWithPhone), device: "phone", act: async ({ page, t }) => { await page.getByRole("tab", { name: t("card.tab_related") }).click(); } },
  { name: "history", where: card("companies", kWithPhone), act: async ({ page, t }) => { await page.getByRole("button", { name: t("card.more_actions") }).click(); await page.getByRole("menuitem", { name: t("card.history") }).click(); } },
  { name: "access", where: card("companies", kWithPhone), act: async ({ page, t }) => { await page.getByRole("button", { name: t("card.more_actions") }).click(); await page.getByRole("menuitem", { name: t("access.title") }).click(); } },
  { name: "conflict", where: card("companies", { ...kWithPhone, limit: 1 }), device: "desktop", act: conflict },
  { name: "stage-asks", where: openDeal, act: async ({ page, t }) => { await page.getByRole("list", { name: t("board.stages") }).getByRole("button").last().click(); await page.getByRole("dialog").waitFor(); } },
  { name: "board", where: "/deals?view=board" },
  { name: "board-nothing", where: address("/deals", { view: "board", filter: { field: "name", op: "eq", value: "нет такой" } }) },
  { name: "board-menu", where: "/deals?view=board", act: async ({ page }) => { await page.locator("article").first().hover(); await page.locator("article button[aria-haspopup]").first().click(); } },
  { name: "calendar", where: "/tasks?view=all&as=calendar" },
  { name: "calendar-deals", where: "/deals?view=all&as=calendar" },
  { name: "map", where: "/companies?view=all&as=map&q=%D1%85%D0%BB%D0%B5%D0%B1" },
  { name: "map-nothing", where: "/contacts?view=all&as=map" },
  { name: "palette", where: "/companies?view=all", act: async ({ page }) => { await page.keyboard.press("Control+k"); } },
  { name: "palette-found", where: "/companies?view=all", act: async ({ page }) => { await page.keyboard.press("Control+k"); await page.keyboard.type("каз"); await page.waitForTimeout(400); } },
  { name: "quick-create", where: "/companies?view=all", act: async ({ page, t }) => { await page.getByRole("button", { name: t("shell.create") }).click(); } },
  { name: "create", where: "/companies?view=all", act: async ({ page }) => { await page.keyboard.press("n"); await page.getByRole("dialog").waitFor(); } },
  { name: "create-duplicate", where: "/companies?view=all", act: typeDuplicate },
  { name: "create-error", where: "/companies?view=all", act: async ({ page }) => { await page.keyboard.press("n"); await page.getByRole("dialog").locator("button[type=submit]").click(); await page.locator("[aria-invalid=true]").first().waitFor(); } },
  { name: "keyboard", where: "/companies?view=all", device: "desktop", act: async ({ page }) => { await page.keyboard.press("?"); } },
  { name: "notices", where: "/companies?view=all", act: async ({ page, t }) => { await page.getByRole("button", { name: new RegExp(`${t("notices.title")}|${t("notices.unread.other").replace("{count} ", "")}`, "i") }).first().click(); } },
  { name: "profile", where: "/companies?view=all", act: async ({ page }) => { await page.locator("header button[aria-haspopup=menu]").filter({ has: page.locator("[data-initials]") }).click(); } },
  { name: "list-quotes", where: "/quotes?view=all" },
  { name: "list-invoices", where: "/invoices?view=all" },
  { name: "card-quote", where: document("quotes", "draft") },
  { name: "card-quote-sent", where: document("quotes", "sent") },
  { name: "card-invoice", where: document("invoices", "posted") },
  { name: "card-waybill", where: document("waybills", "posted") },
  { name: "card-contract", where: document("contracts", "posted") },
  { name: "card-product", where: card("products") },
  { name: "trade", where: "/page/trade-settings" },
  { name: "line-picker", where: document("quotes", "draft"), act: async ({ page, t }) => { await page.getByRole("textbox", { name: t("web.documents.line_add") }).click(); await page.keyboard.type("дре"); await page.getByRole("option", { name: /Дрель/ }).first().waitFor(); } },
  { name: "print-menu", where: document("waybills", "posted"), act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.documents.print") }).click(); await page.getByRole("menuitem").first().waitFor(); } },
  { name: "make-part", where: document("invoices", "posted"), act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.documents.make") }).click(); await page.getByRole("menuitem", { name: t("web.documents.make_part") }).click(); await page.getByRole("dialog").getByRole("table").waitFor(); } },
  { name: "send-letter", where: after(withoutMail, document("invoices", "posted")), act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.documents.mail") }).click(); await page.getByRole("dialog").getByRole("textbox").first().waitFor(); } },
  { name: "share", where: document("invoices", "posted"), act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.documents.share") }).click(); await page.getByRole("textbox", { name: t("web.documents.share_address") }).first().waitFor(); } },
  { name: "lost", where: "/reports/lost?period=this_year" },
  { name: "forms", where: "/settings/forms?form=invoice" },
  { name: "pipelines", where: "/settings/pipelines" },
  ...["acts", "waybills", "tax-invoices", "contracts", "sales-orders", "price-lists", "products", "payments", "bank-statements", "planned-payments", "document-scans", "outgoing-mails"].map((plural) => ({ name: `list-${plural}`, where: `/${plural}?view=all` })),
  { name: "card-act", where: document("acts", "posted") },
  { name: "card-tax-invoice", where: document("tax-invoices", "posted") },
  { name: "card-order", where: card("sales-orders") },
  { name: "card-price-list", where: card("price-lists") },
  { name: "card-payment", where: card("payments", { filter: { field: "direction", op: "eq", value: "in" } }) },
  { name: "card-planned", where: card("planned-payments") },
  { name: "pay", where: async ({ page }) => `/invoices/${await firstId(page, "invoices", { filter: { field: "payment_state", op: "eq", value: "unpaid" } })}`, act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.money.pay"), exact: true }).click(); await page.getByRole("dialog").waitFor(); } },
  { name: "card-owing", where: async ({ page }) => `/companies/${(await callApi(page, "POST", "/invoices:query", { filter: { field: "payment_state", op: "eq", value: "unpaid" }, fields: ["company"], limit: 1 })).items[0].company.id}` },
  { name: "bank", where: "/page/bank" },
  { name: "bank-refused", where: "/page/bank", act: (given) => takeBankFile(given, { is_broken: true }) },
  { name: "bank-file", where: "/page/bank", act: takeBankFile },
  { name: "bank-booked", where: "/page/bank", act: bookBankFile },
  { name: "card-bank-statement", where: card("bank-statements") },
  { name: "bank-error", where: "/page/bank", before: failing("**/api/v1/money/review*") },
  { name: "receivables", where: "/page/receivables" },
  { name: "receivables-error", where: "/page/receivables", before: async (given) => { await failing("**/api/v1/receivables*")(given); await failing("**/api/v1/payment-calendar*")(given); } },
  { name: "lost-error", where: "/reports/lost?period=this_year", before: failing("**/api/v1/lost-deals*") },
  { name: "stage-action", where: "/settings/pipelines", act: async ({ page, t }) => { await page.getByRole("button", { name: t("admin.actions_add") }).click(); await page.getByRole("dialog").waitFor(); } },
  { name: "mail-settings", where: after(withoutMail, "/settings/mail") },
  { name: "mail-settings-error", where: "/settings/mail", before: failing("**/api/v1/settings/mail-server*") },
  { name: "forms-error", where: "/settings/forms?form=invoice", before: failing("**/api/v1/print-forms*") },
  { name: "mail-settings-on", where: after(withMail, "/settings/mail") },
  { name: "mail-server-silent", where: after(withMail, "/settings/mail"), act: async ({ page, t }) => { await page.getByLabel(t("admin.mail_port")).fill("1"); await page.getByRole("button", { name: t("admin.mail_test_send"), exact: true }).click(); await page.getByRole("alert").first().waitFor(); } },
  { name: "list-letters", where: after(letter("sent"), "/outgoing-mails?view=all") },
  { name: "list-letters-failed", where: after(letter("failed"), "/outgoing-mails?view=failed") },
  { name: "card-letter", where: letter("sent") },
  { name: "card-letter-failed", where: letter("failed") },
  { name: "card-with-letters", where: after(letter("sent"), card("companies", kWithPhone)) },
  { name: "send-letter-on", where: after(withMail, document("invoices", "posted")), act: async ({ page, t }) => { await page.getByRole("button", { name: t("web.documents.mail") }).click(); await page.getByRole("dialog").getByRole("textbox").first().waitFor(); } },
  { name: "card-scan", where: openScan },
  { name: "set-password", where: passwordLink },
  { name: "set-password-closed", where: "/set-password#0000" },
  { name: "menu-folded", where: "/page/receivables", device: "desktop", act: async ({ page, t }) => { await page.getByRole("button", { name: t("shell.fold") }).click(); } },
  { name: "menu-open", where: "/companies?view=all", device: "desktop", act: async ({ page }) => { const closed = page.locator("nav button[aria-expanded=false]:visible").first(); while (await closed.count()) await closed.click(); } },
  { name: "menu-sheet", where: "/companies?view=all", device: "phone", act: openSheet },
  { name: "missing", where: "/companies/999999999" },
  { name: "offline", where: card("companies", kWithPhone), act: async ({ page, t }) => { await lose(page); await page.evaluate(() => window.dispatchEvent(new Event("offline"))); await page.getByRole("button", { name: t("card.more_actions") }).click().catch(() => undefined); } },
];

/** What is worth seeing where there is nothing yet, and where there is very much. */
export const few = new Set(["my-day", "list", "list-deals", "board", "palette", "notices", "list-tasks"]);
export const many = new Set(["my-day", "list", "list-deals", "list-filtered", "list-grouped", "panel", "card-company", "board", "palette-found", "bulk-dialog"]);

const at = (days, hour) => {
  const date = new Date(Date.now() + days * 86_400_000);
  date.setHours(hour, 0, 0, 0);
  return date.toISOString();
};

/** What the demo data lack for a look: a day of work of one's own, a lead, a history, people of a company. */
export async function prepareBase(page) {
  const company = (await callApi(page, "POST", "/companies:query", { fields: ["version", "name"], limit: 1, ...kWithPhone })).items[0];
  const subject = { entity: "company", id: company.id };
  const deal = await firstId(page, "deals");
  for (const [name, days, hour, about] of [["Отправить прайс на фурнитуру", -2, 10, subject], ["Уточнить реквизиты", -1, 16, subject], ["Позвонить по договору поставки", 0, 23, { entity: "deal", id: deal }], ["Подготовить образцы", 1, 11, subject], ["Согласовать отгрузку", 3, 15, subject]]) {
    await callApi(page, "POST", "/tasks", { name, due_at: at(days, hour), subject: about });
  }
  await callApi(page, "POST", "/meetings", { name: "Показ новой линии", starts_at: at(0, 22), due_at: at(0, 22), subject }).catch(() => undefined);
  for (const [name, phone] of [["Запрос с сайта: упаковка", "+7 921 555-10-20"], ["Звонок с выставки", "+7 921 555-10-21"], ["Рекомендация от «АгроМаш»", "+7 921 555-10-22"]]) await callApi(page, "POST", "/leads?on_duplicate=create", { name, phones: [{ raw: phone }] });
  for (const [name, latitude, longitude] of [["Хлебная слобода", 55.79, 49.12], ["Хлебный дом", 56.83, 60.6], ["Хлеб Сибири", 55.03, 82.92], ["Волжский хлеб", 53.2, 50.15], ["Хлеб и соль", 59.93, 30.33]]) {
    await callApi(page, "POST", "/companies?on_duplicate=create", { name, addresses: [{ text: name, latitude, longitude }] }).catch((error) => console.error(error.message.split("\n")[0]));
  }
  const contact = await callApi(page, "POST", "/contacts?on_duplicate=create", { last_name: "Кузнецова", first_name: "Мария", name: "Кузнецова Мария", phones: [{ raw: "+7 921 555-10-23" }] });
  await callApi(page, "PATCH", `/companies/${company.id}`, { contacts: [{ id: contact.id }], city: "Казань", version: (await callApi(page, "GET", `/companies/${company.id}`)).version }).catch((error) => console.error(error.message.split("\n")[0]));
}
