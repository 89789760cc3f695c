// Pictures of the settings into /screenshots (ignored): desktop and phone, light and dark, ru and en.
// node scripts/admin-screenshots.mjs [address] [name-filter]
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { kDesktop, kPhone, openBrowser, signIn } from "./browser.mjs";

const address = process.argv[2] ?? "http://127.0.0.1:8080";
const account = { email: process.env.MATVEY_EMAIL ?? "admin@example.ru", password: process.env.MATVEY_PASSWORD ?? "" };
const wanted = process.argv[3] ?? "";
const prefix = process.env.MATVEY_PICTURES ?? "settings";
const folder = process.env.MATVEY_FOLDER ?? join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "screenshots");

const press = (name) => async (page) => {
  await page.getByRole("button", { name }).first().click();
  await page.waitForTimeout(400);
};
const screens = [
  ...["all", "setup", "users", "departments", "roles", "deputies", "fields", "layouts", "pipelines", "dictionaries", "keys", "mail", "hooks", "jobs", "audit", "modules", "system"].map((key) => ({ name: key, path: `/settings/${key}` })),
  ...["region", "preset", "demo", "people", "done"].map((step) => ({ name: `setup-${step}`, path: `/settings/setup?step=${step}` })),
  { name: "user-new", path: "/settings/users", act: press(/Добавить сотрудника|Add a person/) },
  { name: "user-open", path: "/settings/users?user=1" },
  { name: "field-new", path: "/settings/fields?section=deal", act: press(/Добавить поле|Add a field/) },
  { name: "section-new", path: "/settings/fields?section=deal", act: press(/Новый раздел|New section/) },
  { name: "key-new", path: "/settings/keys", act: press(/Создать ключ|Create a key/) },
  { name: "hook-new", path: "/settings/hooks", act: press(/Добавить веб-хук|Add a web hook/) },
  { name: "layouts-lists", path: "/settings/layouts?section=deal", act: press(/^Списки$|^Lists$/) },
];
const looks = [
  // English first: the account ends in Russian.
  { name: "desktop-light-en", viewport: kDesktop, scheme: "light", language: "en" },
  { name: "desktop-light-ru", viewport: kDesktop, scheme: "light", language: "ru" },
  { name: "desktop-dark-ru", viewport: kDesktop, scheme: "dark", language: "ru" },
  { name: "phone-light-ru", viewport: kPhone, scheme: "light", language: "ru" },
];

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
for (const look of looks.filter((one) => !process.env.MATVEY_LOOK || one.name.includes(process.env.MATVEY_LOOK))) {
  const context = await browser.newContext({ viewport: look.viewport, colorScheme: look.scheme, locale: look.language === "ru" ? "ru-RU" : "en-GB", hasTouch: look.viewport === kPhone });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${look.name}: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") console.error(`${look.name}: ${message.text()}`); });
  await signIn(page, address, account);
  await page.evaluate(async (language) => {
    const session = await (await fetch("/api/v1/session")).json();
    const user = await (await fetch(`/api/v1/users/${session.user.id}`)).json();
    await fetch(`/api/v1/users/${session.user.id}`, { method: "PATCH", headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf }, body: JSON.stringify({ language, version: user.version }) });
  }, look.language);
  for (const screen of screens) {
    const id = `${prefix}-${screen.name}.${look.name}`;
    if (!id.includes(wanted)) continue;
    await page.goto(address + screen.path);
    await page.locator("main h1").first().waitFor();
    await page.waitForTimeout(600);
    await screen.act?.(page);
    await page.screenshot({ path: join(folder, `${id}.png`) });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > look.viewport.width) console.error(`${id}: ${width} px wide`);
  }
  await context.close();
}
await browser.close();
