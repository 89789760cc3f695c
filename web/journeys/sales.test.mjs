// From a request on the site to a paid invoice. Run against the real program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { bankFile } from "./bank-file.mjs";
import { axeFindings, callApi, focusOn, openPage, openWorld, undoButton, untilQuiet } from "./browser-world.mjs";

let world;
before(async () => { world = await openWorld({ has_demo: false }); });
after(async () => { await world?.close(); });

/** What a company needs before it sells: itself, its account, its goods. Made once. */
let trade;
function openTrade(page) {
  trade ??= (async () => {
    const own = await callApi(page, "POST", "/own-companies", { name: "ООО «Ржаной край»", inn: "7707083893", kpp: "773601001", number_prefix: "РК-", is_default: true });
    await callApi(page, "POST", "/own-accounts", { own_company: own.id, bik: "044525225", account: "40702810200000000001", bank_name: "Сбербанк", is_main: true });
    const flour = await callApi(page, "POST", "/products", { name: "Мука ржаная, мешок 50 кг", article: "МР-50", kind: "product", price: "1850" });
    const delivery = await callApi(page, "POST", "/products", { name: "Доставка по области", article: "Д-1", kind: "service", price: "3000" });
    return { own, flour, delivery };
  })();
  return trade;
}

/** The text of a printed form. */
async function pdfText(page, path) {
  const bytes = Buffer.from(await page.evaluate(async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(await response.text());
    return [...new Uint8Array(await response.arrayBuffer())];
  }, `/api/v1${path}`));
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  const read = spawnSync("pdftotext", ["-layout", "-", "-"], { input: bytes, encoding: "utf8" });
  assert.equal(read.status, 0, read.stderr);
  return read.stdout.replace(/[\u00a0\u202f ]+/g, " ");
}

const digits = (text) => text.replace(/[\s\u00a0\u202f]/g, "");

/** The sum of the document that is open, once it is this. */
async function untilTotal(page, sum) {
  await page.getByLabel("Итоги документа").getByText(new RegExp([...sum].join("[\\s\\u00a0\\u202f]*"))).first().waitFor();
}

/** Adds a line as a hand on the keys does: a part of the name, Enter, the quantity, Enter. */
async function typeLine(page, words, quantity) {
  const at = await page.getByRole("textbox", { name: /^Количество, строка/ }).count();
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: `Количество, строка ${at + 1}` }).and(page.locator(":focus")).waitFor();
  await page.keyboard.type(quantity);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Добавить товар или услугу" }).and(page.locator(":focus")).waitFor();
}

async function takeBankFile(page, name, text) {
  await page.locator("input[type=file]").first().setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
}

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

test("from the request to the paid invoice", async () => {
  const { page, context, faults } = await openPage(world);
  await openTrade(page);
  const form = await callApi(page, "POST", "/web-forms", {
    name: "Оптовый заказ", min_seconds: 0, consent_text: "Согласен", consent_version: "1", form_fields: [{ key: "person_name", label: "Имя", required: true }, { key: "company_name", label: "Компания", required: true }, { key: "phone", label: "Телефон", required: true }],
  });
  // The client asks.
  await page.goto(`${world.address}/forms/${form.key}`);
  await page.getByLabel("Имя *").fill("Мария Зернова");
  await page.getByLabel("Компания *").fill("Пекарня Зернова");
  await page.getByLabel("Телефон *").fill("8 912 700-10-20");
  await page.getByLabel(/Согласен/).check();
  await page.getByRole("button", { name: "Отправить" }).click();
  await page.getByText("Спасибо. Мы получили вашу заявку").waitFor();

  // The request becomes a client and a deal.
  const lead = (await callApi(page, "POST", "/leads:query", { filter: { field: "name", op: "contains", value: "Зернова" }, fields: ["name"], limit: 1 })).items[0];
  await page.goto(`${world.address}/leads/${lead.id}`);
  await page.getByRole("button", { name: "Преобразовать" }).click();
  const conversion = page.getByRole("dialog", { name: "Преобразовать лид" });
  await conversion.getByRole("textbox", { name: "Название сделки" }).fill("Мука для пекарни");
  await conversion.getByRole("button", { name: "Преобразовать" }).click();
  await page.getByRole("heading", { level: 1, name: "Мука для пекарни" }).waitFor();

  // An offer of two lines.
  await page.getByRole("button", { name: "Создать на основании" }).click();
  await page.getByRole("menuitem", { name: "Предложение" }).click();
  await page.getByRole("textbox", { name: "Добавить товар или услугу" }).and(page.locator(":focus")).waitFor();
  await typeLine(page, "мука", "10");
  await typeLine(page, "доставка", "1");
  await untilTotal(page, "21500");
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("textbox", { name: "Скидка, %, строка 1" }).fill("10");
  await page.keyboard.press("Enter");
  await untilTotal(page, "19650");
  // A quantity that cannot be is told at its cell, and nothing of it is kept.
  await page.getByRole("textbox", { name: "Количество, строка 2" }).fill("0");
  await page.keyboard.press("Enter");
  const cell = page.getByRole("textbox", { name: "Количество, строка 2" });
  await page.getByText("Нужно число больше нуля").waitFor();
  assert.equal(await cell.getAttribute("aria-invalid"), "true");
  await cell.fill("1");
  await page.keyboard.press("Enter");
  await page.getByText("Нужно число больше нуля").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Отметить отправленным" }).click();
  await page.getByRole("button", { name: "Принято клиентом" }).waitFor();
  const quote = (await callApi(page, "GET", "/quotes?fields=number,amount,state")).items[0];
  assert.deepEqual([quote.state, quote.amount.amount], ["sent", "19650.00"]);
  const paper = await pdfText(page, `/quotes/${quote.id}/print`);
  assert.match(paper, new RegExp(quote.number));
  assert.match(paper, /Мука ржаная, мешок 50 кг/);
  assert.match(paper, /19 650,00/);

  // The client looks at it by a link, and says yes.
  await page.getByRole("button", { name: "Ссылка для клиента" }).click();
  const shared = page.getByRole("dialog", { name: "Ссылка для клиента" });
  const address = await shared.getByRole("textbox", { name: "Адрес ссылки" }).inputValue();
  const looks = await page.evaluate(async (path) => (await fetch(path)).text(), new URL(address).pathname);
  assert.match(looks, /Доставка по области/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Принято клиентом" }).click();
  await page.getByRole("button", { name: "Принято клиентом" }).waitFor({ state: "detached" });

  // The invoice, posted.
  await page.getByRole("button", { name: "Создать на основании" }).click();
  await page.getByRole("menuitem", { name: "Счёт" }).click();
  await page.getByRole("button", { name: "Провести" }).click();
  await page.getByRole("button", { name: "Провести" }).waitFor({ state: "detached" });
  const invoice = (await callApi(page, "GET", "/invoices?fields=number,amount,state,basis")).items[0];
  assert.deepEqual([invoice.state, invoice.amount.amount, invoice.basis.id], ["posted", "19650.00", quote.id]);
  const bill = await pdfText(page, `/invoices/${invoice.id}/print`);
  assert.match(bill, /Девятнадцать тысяч шестьсот пятьдесят рублей 00 копеек/);
  assert.equal(digits(await page.getByLabel("Итоги документа").locator("dd").last().textContent()), "19650₽");

  // The money comes with a file of the bank; its other payment is nobody's and waits for a person.
  const company = await callApi(page, "GET", `/companies/${(await callApi(page, "GET", `/invoices/${invoice.id}`)).company.id}`);
  await callApi(page, "PATCH", `/companies/${company.id}`, { inn: "7736207543", version: company.version });
  await page.goto(`${world.address}/page/bank`);
  await takeBankFile(page, "повреждённый.txt", bankFile([{ sum: "сто", inn: "7736207543", purpose: "Оплата" }]));
  await page.getByRole("alert").getByText(/ничего не проведено/).waitFor();
  await takeBankFile(page, "выписка.txt", bankFile([{ sum: "19650.00", inn: "7736207543", purpose: `Оплата по счёту ${invoice.number}` }, { sum: "10.00", inn: "5024021922", purpose: "Возврат" }]));
  const statement = page.getByRole("region", { name: "выписка.txt" });
  // The head says Windows, the text is UTF-8.
  await statement.getByText(/в заголовке кодировка/i).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await statement.getByRole("button", { name: "Провести" }).click();
  await statement.getByText("Загружена", { exact: true }).waitFor();
  await page.getByText("Плательщик неизвестен").waitFor();
  await page.getByRole("button", { name: /Не от клиента/ }).click();
  await page.getByText("Все платежи разнесены").waitFor();
  await page.goto(`${world.address}/invoices/${invoice.id}`);
  await page.getByRole("banner").or(page.locator("header")).getByText("Оплачен", { exact: true }).first().waitFor();
  assert.equal((await callApi(page, "GET", `/invoices/${invoice.id}`)).payment_state, "paid");

  // A part is shipped: what is more than remains is told at its line.
  await page.getByRole("button", { name: "Создать на основании" }).click();
  await page.getByRole("menuitem", { name: "Часть строк…" }).click();
  const part = page.getByRole("dialog", { name: "Создать на основании" });
  await part.getByLabel("Что создать").selectOption({ label: "Накладная" });
  await part.getByRole("button", { name: "Только товары" }).click();
  await part.getByRole("textbox", { name: "Количество: Мука ржаная, мешок 50 кг" }).fill("11");
  await part.getByText("Больше, чем осталось: 10").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await part.getByRole("textbox", { name: "Количество: Мука ржаная, мешок 50 кг" }).fill("4");
  await part.getByText("Больше, чем осталось: 10").waitFor({ state: "detached" });
  await part.getByRole("button", { name: "Создать", exact: true }).click();
  await page.waitForURL(/\/waybills\/\d+/);
  await untilTotal(page, "6660");
  assert.deepEqual(faults, []);
  await context.close();
});

test("an offer is written, corrected, sent and shared by the keyboard alone", async () => {
  const { page, context, faults } = await openPage(world);
  const { own } = await openTrade(page);
  await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Булочная на углу" });
  await page.goto(`${world.address}/quotes?view=all`);
  await untilQuiet(page);
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog", { name: "Создать предложение" });
  await dialog.getByLabel("Компания").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Булочная");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ржаной");
  await page.keyboard.press("Enter");
  for (const chosen of ["Булочная на углу", "ООО «Ржаной край»"]) await dialog.locator(`input[value="${chosen}"]`).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("textbox", { name: "Добавить товар или услугу" }).and(page.locator(":focus")).waitFor();
  await typeLine(page, "мр-50", "2");
  await typeLine(page, "доставка", "1");
  await untilTotal(page, "6700");
  // The second line goes up and the first is taken out, then brought back.
  await page.keyboard.press("Shift+Tab");
  await focusOn(page, page.getByRole("textbox", { name: "Цена, строка 2" }));
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("textbox", { name: "Цена, строка 1" }).and(page.locator(":focus")).waitFor();
  assert.equal(digits(await page.getByRole("textbox", { name: "Цена, строка 1" }).inputValue()), "3000");
  await page.keyboard.press("Control+Delete");
  await untilTotal(page, "3700");
  await focusOn(page, undoButton(page));
  await page.keyboard.press("Enter");
  await untilTotal(page, "6700");
  await focusOn(page, page.getByRole("button", { name: "Отметить отправленным" }));
  await page.keyboard.press("Enter");
  await focusOn(page, page.getByRole("button", { name: "Ссылка для клиента" }));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Ссылка для клиента" }).getByText("ещё не открывали").waitFor();
  const quote = (await callApi(page, "POST", "/quotes:query", { filter: { field: "own_company", op: "eq", value: own.id }, sort: [{ field: "id", desc: true }], fields: ["state", "amount"], limit: 1 })).items[0];
  assert.deepEqual([quote.state, quote.amount.amount], ["sent", "6700.00"]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a printed form is changed, told of its faults, tried and brought back", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/forms?form=invoice" });
  const source = page.getByRole("textbox", { name: "Текст шаблона" });
  const paper = page.frameLocator("iframe[title='Как получится']");
  await paper.getByText("Счет на оплату №").first().waitFor();
  const shipped = await source.inputValue();
  await source.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("<p>{{ document.numbr }}</p>");
  await page.getByRole("button", { name: /Строка \d+, столбец \d+: поля «document.numbr» нет/ }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await source.fill(shipped.replace("</body>", "<p>Спасибо за заказ</p></body>"));
  await paper.getByText("Спасибо за заказ").waitFor();
  await source.focus();
  await page.keyboard.press("Control+s");
  await page.getByText("Форма сохранена: Счёт на оплату").waitFor();
  assert.equal((await callApi(page, "GET", "/print-forms/invoice")).is_own, true);
  await focusOn(page, page.getByRole("button", { name: "Вернуть исходную" }));
  await page.keyboard.press("Enter");
  await page.getByText("Вернулась исходная форма: Счёт на оплату").waitFor();
  assert.equal((await callApi(page, "GET", "/print-forms/invoice")).body, shipped);
  assert.deepEqual(faults, []);
  await context.close();
});

test("an action of a stage is set, and lost deals are told by reason", async () => {
  const { page, context, faults } = await openPage(world, { path: "/settings/pipelines" });
  await page.getByRole("button", { name: "Добавить действие" }).click();
  const dialog = page.getByRole("dialog", { name: "Добавить действие" });
  await dialog.getByRole("textbox", { name: "Название", exact: true }).fill("Позвонить новому");
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.locator("[aria-invalid=true]").first().waitFor();
  await dialog.getByRole("textbox", { name: "Название задачи" }).first().fill("Позвонить и познакомиться");
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Создать" }).click();
  await page.getByRole("switch", { name: "Действие включено: Позвонить новому" }).waitFor();
  assert.equal((await callApi(page, "GET", "/stage-actions?fields=task_name")).items[0].task_name, "Позвонить и познакомиться");

  const stages = (await callApi(page, "POST", "/stages:query", { fields: ["name", "kind"], sort: [{ field: "position" }], limit: 50 })).items;
  const reason = (await callApi(page, "GET", "/lost-reasons?fields=name")).items[0];
  const deal = await callApi(page, "POST", "/deals", { name: "Не сошлись", amount: "500" });
  await callApi(page, "PATCH", `/deals/${deal.id}`, { version: deal.version, stage: stages.find((stage) => stage.kind === "lost").id, lost_reason: reason.id });
  await page.goto(`${world.address}/reports/lost?period=this_year`);
  await page.getByRole("region", { name: "По причинам" }).getByRole("link", { name: `${reason.name}: 1` }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("region", { name: "По причинам" }).getByRole("link", { name: `${reason.name}: 1` }).click();
  await page.getByText("Не сошлись").first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("who owes is seen by age, and an invoice is paid where it stands", async () => {
  const { page, context, faults } = await openPage(world);
  const { own, flour } = await openTrade(page);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Хлебозавод № 3" });
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const draft = await callApi(page, "POST", "/invoices", { company: company.id, own_company: own.id, date: day(-50), due_date: day(-40), lines: [{ product: flour.id, quantity: "10" }] });
  const invoice = await callApi(page, "POST", `/invoices/${draft.id}:post`, {});
  await page.goto(`${world.address}/page/receivables`);
  const debts = page.getByRole("table", { name: "По ответственным" });
  await debts.getByRole("link", { name: /^Всего: 18\s?500/ }).waitFor();
  await page.getByRole("radio", { name: "По компаниям" }).or(page.getByRole("button", { name: "По компаниям" })).first().click();
  await page.getByRole("table", { name: "По компаниям" }).getByRole("link", { name: /^Хлебозавод № 3, 31–60 дней: 18\s?500/ }).click();
  await page.getByText(invoice.number).first().click();
  await page.waitForURL(/invoice/);
  await page.getByRole("button", { name: "Оплата", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Оплата" });
  const sum = dialog.getByRole("textbox", { name: "Сумма" });
  await sum.and(page.locator(":focus")).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await sum.fill("0");
  await dialog.getByRole("button", { name: "Записать оплату" }).click();
  await dialog.locator("[aria-invalid=true]").waitFor();
  await sum.fill("500,50");
  await dialog.getByRole("button", { name: "Записать оплату" }).click();
  await page.getByText("Оплата записана").waitFor();
  assert.equal((await callApi(page, "GET", `/invoices/${invoice.id}`)).paid_amount.amount, "500.50");
  await page.goto(`${world.address}/page/receivables`);
  await debts.getByRole("link", { name: /^Всего: 17\s?999,50/ }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  // What others do is seen without asking anew.
  await callApi(page, "POST", "/payments", { company: company.id, own_company: own.id, amount: "999.50", date: day(0), kind: "bank", allocations: [{ invoice: invoice.id }] });
  await debts.getByRole("link", { name: /^Всего: 17\s?000/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("what goes out leaves as payment orders, and what the bank brought is not entered twice unawares", async () => {
  const { page, context, faults } = await openPage(world);
  const { own, flour } = await openTrade(page);
  const day = new Date().toISOString().slice(0, 10);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Мельница «Жернова»", inn: "7728168971" });
  const payment = await callApi(page, "POST", "/payments", { direction: "out", kind: "bank", amount: "4321.50", date: day, number: "17", company: company.id, own_company: own.id });
  await page.goto(`${world.address}/page/bank`);
  const orders = page.getByRole("region", { name: "Платёжные поручения" });
  await orders.getByRole("checkbox", { name: /Жернова/ }).check();
  assert.deepEqual(await axeFindings(page), []);
  await orders.getByRole("button", { name: "Скачать файл для клиент-банка" }).click();
  await orders.getByRole("alert").getByText(/не хватает: Счёт/).waitFor();
  await callApi(page, "PATCH", `/payments/${payment.id}`, { partner_account: "40702810500000000123", partner_bik: "044525225", purpose: "За помол", version: payment.version });
  const [download] = await Promise.all([page.waitForEvent("download"), orders.getByRole("button", { name: "Скачать файл для клиент-банка" }).click()]);
  const text = new TextDecoder("windows-1251").decode(readFileSync(await download.path()));
  assert.match(text, /Сумма=4321\.50\r\n[^]*ПолучательСчет=40702810500000000123\r\n[^]*НазначениеПлатежа=За помол\r\n/);

  await takeBankFile(page, "мельница.txt", bankFile([{ sum: "777.00", inn: "7728168971", purpose: "Аванс" }]));
  const statement = page.getByRole("region", { name: "мельница.txt" });
  await statement.getByRole("button", { name: "Провести" }).click();
  await statement.getByText("Загружена", { exact: true }).waitFor();
  const draft = await callApi(page, "POST", "/invoices", { company: company.id, own_company: own.id, lines: [{ product: flour.id, quantity: "1" }] });
  await callApi(page, "POST", `/invoices/${draft.id}:post`, {});
  await page.goto(`${world.address}/invoices/${draft.id}`);
  await page.getByRole("button", { name: "Оплата", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Оплата" });
  await dialog.getByRole("textbox", { name: "Сумма" }).fill("777");
  await dialog.getByRole("button", { name: "Записать оплату" }).click();
  await dialog.getByRole("status").getByRole("link", { name: /Жернова/ }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Всё равно создать" }).click();
  await page.getByText("Оплата записана").waitFor();
  assert.equal((await callApi(page, "GET", `/invoices/${draft.id}`)).paid_amount.amount, "777.00");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a signed scan is kept with its document, and its original comes back", async () => {
  const { page, context, faults } = await openPage(world);
  const { own } = await openTrade(page);
  const company = await callApi(page, "POST", "/companies?on_duplicate=create", { name: "Кондитерская «Эклер»" });
  const contract = await callApi(page, "POST", "/contracts", { company: company.id, own_company: own.id });
  await page.goto(`${world.address}/contracts/${contract.id}`);
  await page.getByRole("button", { name: "Добавить скан документа" }).click();
  const dialog = page.getByRole("dialog", { name: "Создать скан документа" });
  await dialog.locator("input[type=file]").first().setInputFiles({ name: "договор.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") });
  await dialog.getByText("договор.pdf").waitFor();
  await dialog.getByRole("button", { name: "Создать", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.goto(`${world.address}/document-scans?view=missing`);
  await page.getByRole("row").filter({ hasText: "Эклер" }).first().click();
  await page.getByRole("complementary").getByRole("button", { name: "Изменить: Оригинал вернулся" }).click();
  await page.getByRole("switch", { name: "Оригинал вернулся" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("complementary").getByRole("definition").filter({ hasText: /^да$/ }).waitFor();
  await page.goto(`${world.address}/document-scans?view=missing`);
  await page.getByText("Сканы документов: пока пусто").or(page.getByText("Ничего не найдено")).first().waitFor();
  const scan = (await callApi(page, "GET", "/document-scans?fields=is_original_back,document,files")).items[0];
  assert.deepEqual([scan.is_original_back, scan.document.id, scan.files[0].name], [true, contract.id, "договор.pdf"]);
  assert.deepEqual(faults, []);
  await context.close();
});
