// A base out of a file: looked at, mapped, tried, written, decided, undone; out to a table and back. Run against the real program.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axeFindings, callApi, openPage, openWorld, untilQuiet, walkTo } from "./browser-world.mjs";
import { kPhone } from "../scripts/browser.mjs";

let world;
let folder;
before(async () => {
  world = await openWorld();
  folder = mkdtempSync(join(tmpdir(), "matvey-imports-"));
});
after(async () => {
  await world?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const kHead = "Название;ИНН;Телефон;Город\r\n";

/** Windows-1251, as Excel saves a CSV in Russia. */
function cp1251(text) {
  const codes = { "«": 0xab, "»": 0xbb, "№": 0xb9, "ё": 0xb8, "Ё": 0xa8 };
  return Buffer.from([...text].map((letter) => (letter >= "А" && letter <= "я" ? letter.charCodeAt(0) - 0x410 + 0xc0 : (codes[letter] ?? letter.charCodeAt(0)))));
}

function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function startWith(page, path, entity = "company") {
  await page.goto(`${world.address}/imports/new?entity=${entity}`);
  await page.getByRole("heading", { level: 1, name: "Загрузить из файла" }).waitFor();
  await page.locator("input[type=file]").setInputFiles(path);
  await page.getByRole("heading", { level: 1, name: /^Загрузка: / }).waitFor();
}

const step = (page, name) => page.getByRole("list", { name: "Шаги загрузки" }).getByRole("button", { name: new RegExp(name) });
const tile = (page, name) => page.locator("dl > div", { has: page.getByText(name, { exact: true }) }).locator("dd");

async function tryOut(page) {
  await step(page, "Проверка").click();
  await page.getByText(/Проверен.* ничего не записано/).waitFor();
}

async function write(page) {
  await page.getByRole("button", { name: /^Загрузить/ }).click();
  await page.getByText("Готово", { exact: true }).waitFor();
}

async function countOf(page, plural, filter) {
  return (await callApi(page, "POST", `/${plural}:count`, { filter })).count.value;
}

test("a dirty table becomes clients: looked at, mapped, tried, written, opened in the list and undone", async () => {
  const { page, context, faults } = await openPage(world, { path: "/companies" });
  const path = file("клиенты.csv", cp1251(`Отчёт по клиентам;;;\r\n${kHead}ООО «Якорь Ржаной»;7707083893;8 (495) 123-45-67, 89161234567;МСК\r\n;;;\r\nЛютик Полевой;7707083894;12;Тверь\r\nИтого:;;;\r\n`));

  // From the menu of the list to the file.
  await page.getByRole("button", { name: "Ещё по списку" }).click();
  await page.getByRole("menuitem", { name: "Загрузить из файла" }).click();
  await page.getByRole("heading", { level: 1, name: "Загрузить из файла" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.locator("input[type=file]").setInputFiles(path);
  await page.getByRole("heading", { level: 1, name: "Загрузка: Компании" }).waitFor();

  // The file was understood: windows-1251, the heading in the second row.
  await step(page, "Файл").click();
  assert.equal(await page.getByRole("textbox", { name: "Кодировка" }).inputValue(), "windows-1251");
  assert.equal(await page.getByRole("textbox", { name: "Строка с заголовками" }).inputValue(), "2");
  await page.getByRole("region", { name: "Строки файла" }).getByText("итог", { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await step(page, "Столбцы").click();
  const phone = page.getByRole("textbox", { name: "Поле для столбца «Телефон»" });
  assert.equal(await phone.inputValue(), "Телефоны");
  await page.getByRole("region", { name: "Что получится" }).getByText("Москва").waitFor();
  await untilQuiet(page);
  assert.deepEqual(await axeFindings(page), []);

  const before = await countOf(page, "companies", null);
  await tryOut(page);
  assert.equal(await tile(page, "Будет создано").innerText(), "2");
  assert.equal(await tile(page, "Пропустится").innerText(), "2");
  assert.equal(await countOf(page, "companies", null), before, "a trial writes nothing");
  assert.deepEqual(await axeFindings(page), []);

  await write(page);
  assert.equal(await tile(page, "Создано").innerText(), "2");
  await page.getByRole("button", { name: /^Сомнительные 1/ }).click();
  await page.getByText("ИНН: Не сходится контрольное число", { exact: false }).waitFor();
  await page.getByRole("link", { name: "Лютик Полевой" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);

  // The doubt stands on the card and in the list.
  await page.getByRole("link", { name: "Показать в списке" }).click();
  await page.getByRole("region", { name: "Компании" }).getByText("Лютик Полевой").first().click();
  await page.getByRole("region", { name: "Проверьте" }).getByText("ИНН").first().waitFor();

  // The way back.
  await page.goto(`${world.address}/imports`);
  await page.getByRole("link", { name: "клиенты.csv" }).first().click();
  await page.getByRole("button", { name: "Отменить загрузку" }).click();
  await page.getByRole("dialog", { name: "Отменить загрузку?" }).getByRole("button", { name: "Отменить загрузку" }).click();
  await page.getByText("Загрузка отменена. В корзину: 2", { exact: false }).waitFor();
  assert.equal(await countOf(page, "companies", null), before);
  assert.deepEqual(await axeFindings(page), []);
  await page.goto(`${world.address}/imports`);
  await page.getByText("Отменена", { exact: true }).first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(faults, []);
  await context.close();
});

test("another delimiter and another heading are read at once", async () => {
  const { page, context, faults } = await openPage(world);
  await startWith(page, file("разделитель.csv", "Список;наш\nНазвание|Город\nЗаря|Тверь\n"));
  await step(page, "Файл").click();
  await page.getByRole("textbox", { name: "Разделитель" }).click();
  await page.getByRole("option", { name: "|", exact: true }).click();
  await page.getByRole("region", { name: "Строки файла" }).getByRole("cell", { name: "Заря", exact: true }).waitFor();
  const heading = page.getByRole("textbox", { name: "Строка с заголовками" });
  await heading.fill("1");
  await heading.press("Enter");
  await page.getByRole("row", { name: /^1 / }).getByText("заголовки").waitFor();
  await heading.fill("2");
  await heading.press("Enter");
  await page.getByRole("row", { name: /^2 / }).getByText("заголовки").waitFor();
  await step(page, "Столбцы").click();
  await page.getByRole("region", { name: "Что получится" }).getByText("Тверь").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("words of the table are told what they mean and the mapping is kept under a name", async () => {
  const { page, context, faults } = await openPage(world);
  const table = (name) => `Кто;Как дела\nЛид ${name};Холодный\n`;
  await startWith(page, file("лиды-1.csv", table("первый")), "lead");
  await page.getByRole("link", { name: "Указать строку с заголовками" }).click();
  await page.getByRole("textbox", { name: "Строка с заголовками" }).fill("1");
  await page.getByRole("textbox", { name: "Строка с заголовками" }).press("Enter");
  await page.getByRole("row", { name: /^1 / }).getByText("заголовки").waitFor();
  await step(page, "Столбцы").click();
  const choose = async (column, field) => {
    await page.getByRole("textbox", { name: `Поле для столбца «${column}»` }).fill(field);
    await page.getByRole("option", { name: field, exact: true }).first().click();
    await untilQuiet(page);
  };
  await choose("Кто", "Запрос");
  await choose("Как дела", "Статус");
  await page.getByRole("button", { name: "Не узнано: 1" }).click();
  const dialog = page.getByRole("dialog", { name: "Значения столбца «Как дела»" });
  await dialog.getByRole("textbox", { name: "«Холодный» значит" }).click();
  await page.getByRole("option", { name: "Отложен", exact: false }).first().click();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole("button", { name: "Сохранить" }).click();
  await page.getByRole("button", { name: "Значения…" }).waitFor();
  await page.getByRole("textbox", { name: "Запомнить под именем" }).fill("наши лиды");
  await tryOut(page);
  await write(page);
  assert.equal(await countOf(page, "leads", { and: [{ field: "status", op: "eq", value: "postponed" }, { text: "первый" }] }), 1);

  // The next file of the kind is mapped by the name.
  await startWith(page, file("лиды-2.csv", table("второй").replace("Кто;", "Телефон;Кто;").replace("\nЛид", "\n+7 916 000-33-44;Лид")), "lead");
  await page.getByRole("textbox", { name: "Соответствие столбцов" }).click();
  await page.getByRole("option", { name: "наши лиды" }).click();
  await untilQuiet(page);
  assert.equal(await page.getByRole("textbox", { name: "Поле для столбца «Как дела»" }).inputValue(), "Статус");
  await page.getByRole("button", { name: "Значения…" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("known clients wait for a decision, one by one or all at once", async () => {
  const { page, context, faults } = await openPage(world);
  const known = [];
  for (const [name, inn] of [["Сосна", "7736050003"], ["Берёза", "7728168971"], ["Осина", "5024002119"]]) known.push(await callApi(page, "POST", "/companies?on_duplicate=create", { name, inn }));
  await startWith(page, file("спросить.csv", `${kHead}Сосна-2;7736050003;;Омск\nБерёза-2;7728168971;;Томск\nОсина-2;5024002119;;Чита\n`));
  await step(page, "Повторы").click();
  await page.getByRole("radio", { name: "Спросить меня" }).click();
  assert.deepEqual(await axeFindings(page), []);
  await tryOut(page);
  assert.equal(await tile(page, "Решать вам").innerText(), "3");
  await write(page);
  await page.getByText("Решения ждут 3 строки").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("button", { name: "Дополнить", exact: true }).first().click();
  await page.getByText("Решения ждут 2 строки").waitFor();
  await page.getByRole("button", { name: "Так со всеми: Заменить" }).click();
  await page.getByText("Решены 2 строки").waitFor();
  const cities = await Promise.all(known.map(({ id }) => callApi(page, "GET", `/companies/${id}`)));
  assert.deepEqual(cities.map((one) => one.city), ["Омск", "Томск", "Чита"]);
  assert.deepEqual(cities.map((one) => one.name), ["Сосна", "Берёза-2", "Осина-2"]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("rows that do not fit are named with their reason and handed out as a file", async () => {
  const { page, context, faults } = await openPage(world);
  await startWith(page, file("отказы.csv", "Название;Статус\nЛид хороший;Новый\nЛид плохой;Отклонён\n"), "lead");
  const statuses = await callApi(page, "GET", "/metadata");
  const rejected = statuses.entities.find((one) => one.key === "lead").fields.find((one) => one.key === "status").options.find((one) => one.key === "rejected").label;
  await startWith(page, file("отказы-2.csv", `Название;Статус\nЛид хороший;Новый\nЛид плохой;${rejected}\n`), "lead");
  await tryOut(page);
  assert.equal(await tile(page, "Не подходит").innerText(), "1");
  await page.getByRole("region", { name: "Строки, которые не подходят" }).getByText("Строка 2").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await write(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Строки с ошибками" }).click()]);
  const text = readFileSync(await download.path(), "utf8");
  assert.match(text, /Лид плохой/);
  assert.doesNotMatch(text, /Лид хороший/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a long import is paused, goes on, is stopped and undone", async () => {
  const { page, context, faults } = await openPage(world);
  const rows = Array.from({ length: 20_000 }, (_, at) => `Долгая фирма ${at};+7495${String(1_000_000 + at)}`).join("\n");
  await startWith(page, file("долгая.csv", `Название;Телефон\n${rows}\n`));
  await step(page, "Проверка").click();
  await page.getByRole("button", { name: "Остановить проверку" }).click();
  await page.getByText("Проверка остановлена.").waitFor();
  await page.getByRole("button", { name: "Загрузить без проверки" }).click();
  await page.getByRole("button", { name: "Приостановить" }).click();
  await page.getByRole("button", { name: "Продолжить" }).waitFor();
  await page.getByText("Приостановлена", { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("button", { name: "Продолжить" }).click();
  await page.getByText("Идёт", { exact: true }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("dd")].some((one) => /^[1-9]/.test(one.textContent ?? "")));
  await page.getByRole("button", { name: "Остановить", exact: true }).click();
  await page.getByText("Остановлена", { exact: true }).waitFor();
  assert.ok((await countOf(page, "companies", { text: "Долгая фирма" })) > 0);
  await page.getByRole("button", { name: "Отменить загрузку" }).click();
  await page.getByRole("dialog", { name: "Отменить загрузку?" }).getByRole("button", { name: "Отменить загрузку" }).click();
  await page.getByText("Загрузка отменена.", { exact: false }).waitFor();
  assert.equal(await countOf(page, "companies", { text: "Долгая фирма" }), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a list goes out as a table, is edited and comes back: the differences are seen and applied", async () => {
  const { page, context, faults } = await openPage(world);
  for (const name of ["Туда и обратно А", "Туда и обратно Б"]) await callApi(page, "POST", "/companies?on_duplicate=create", { name, city: "Рязань", legal_form: "ООО" });
  await page.goto(`${world.address}/companies?filter=${encodeURIComponent(JSON.stringify({ and: [{ field: "city", op: "eq", value: "Рязань" }, { text: "Туда" }] }))}`);
  await page.getByText("Туда и обратно А").first().waitFor();
  await page.getByRole("button", { name: "Ещё по списку" }).click();
  await page.getByRole("menuitem", { name: "Выгрузить в файл" }).click();
  const dialog = page.getByRole("dialog", { name: "Выгрузить: Компании" });
  await dialog.getByRole("textbox", { name: "Формат" }).click();
  await page.getByRole("option", { name: /\.csv/ }).click();
  await dialog.getByRole("checkbox", { name: "Для правки и загрузки обратно" }).click();
  assert.deepEqual(await axeFindings(page), []);
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Выгрузить" }).click()]);
  const table = readFileSync(await download.path(), "utf8");
  assert.equal(table.trim().split("\n").length, 3);

  const edited = table.split("\n").map((line) => (line.includes("обратно Б") ? line.replace("Рязань", "Касимов") : line)).join("\n");
  await startWith(page, file("правка.csv", edited));
  await step(page, "Повторы").click();
  await page.getByText("Эта таблица выгружена отсюда", { exact: false }).waitFor();
  await tryOut(page);
  assert.equal(await tile(page, "Изменится").innerText(), "1");
  const changes = page.getByRole("region", { name: "Различия" }).first();
  await changes.getByText("Касимов").waitFor();
  await changes.getByRole("link", { name: "Туда и обратно Б" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await write(page);
  assert.equal(await countOf(page, "companies", { field: "city", op: "eq", value: "Касимов" }), 1);
  assert.deepEqual(faults, []);
  await context.close();
});

test("contacts go out as cards and come in again as the same people", async () => {
  const { page, context, faults } = await openPage(world);
  await callApi(page, "POST", "/contacts?on_duplicate=create", { name: "Визиткин Семён", phones: [{ raw: "+7 916 555-44-33" }] });
  await page.goto(`${world.address}/contacts?filter=${encodeURIComponent(JSON.stringify({ text: "Визиткин" }))}`);
  await page.getByText("Визиткин Семён").first().waitFor();
  await page.getByRole("button", { name: "Ещё по списку" }).click();
  await page.getByRole("menuitem", { name: "Выгрузить в файл" }).click();
  const dialog = page.getByRole("dialog", { name: "Выгрузить: Контакты" });
  await dialog.getByRole("textbox", { name: "Формат" }).click();
  await page.getByRole("option", { name: /\.vcf/ }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Выгрузить" }).click()]);
  await startWith(page, file("визитки.vcf", readFileSync(await download.path())), "contact");
  await tryOut(page);
  assert.equal(await tile(page, "Будет создано").innerText(), "0");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the keyboard alone brings a file into the base", async () => {
  const { page, context, faults } = await openPage(world);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("загрузить из файла: конт");
  await page.getByRole("option", { name: "Загрузить из файла: Контакты" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Загрузить из файла" }).waitFor();
  const choose = page.getByRole("button", { name: "Выбрать файл" });
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // The closing palette hands the focus back in its own time: whoever loses it walks there again.
  let chooser = null;
  for (let tries = 0; tries < 5 && !chooser; tries += 1) {
    await walkTo(page, choose);
    [chooser] = await Promise.all([page.waitForEvent("filechooser", { timeout: 3000 }).catch(() => null), page.keyboard.press("Enter")]);
  }
  await chooser.setFiles(file("клавиатура.csv", "ФИО;Телефон\nКлавиатуров Олег;+7 916 000-11-22\n"));
  await page.getByRole("heading", { level: 1, name: "Загрузка: Контакты" }).waitFor();
  await untilQuiet(page);
  for (const next of ["Дальше: повторы", "Проверить"]) {
    await walkTo(page, page.getByRole("button", { name: next, exact: true }));
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  }
  await page.getByText(/Проверен.* ничего не записано/).waitFor();
  await walkTo(page, page.getByRole("button", { name: /^Загрузить: 1/ }));
  await page.keyboard.press("Enter");
  await page.getByText("Готово", { exact: true }).waitFor();
  assert.equal(await countOf(page, "contacts", { text: "Клавиатуров" }), 1);
  assert.deepEqual(faults, []);
  await context.close();
});

test("an import fits a phone", async () => {
  const { page, context, faults } = await openPage(world, { viewport: kPhone });
  await startWith(page, file("телефон.csv", `${kHead}Карманная фирма;;+7 495 111-22-33;Тверь\n`));
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  for (const name of ["1", "2", "3"]) {
    await step(page, name).click();
    await untilQuiet(page);
    assert.ok(await fits(), `step ${name} is wider than the screen`);
    assert.deepEqual(await axeFindings(page), []);
  }
  await step(page, "4").click();
  await page.getByText(/Проверен.* ничего не записано/).waitFor();
  assert.ok(await fits());
  assert.deepEqual(faults, []);
  await context.close();
});
