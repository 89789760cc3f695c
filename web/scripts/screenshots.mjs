// Pictures of the main screens into /screenshots (ignored): desktop and phone, light and dark, ru and en.
// node scripts/screenshots.mjs [address] [name-filter]
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { kDesktop, kPhone, openBrowser, signIn } from "./browser.mjs";

const address = process.argv[2] ?? "http://127.0.0.1:8090";
const account = { email: process.env.MATVEY_EMAIL ?? "user1@example.ru", password: process.env.MATVEY_PASSWORD ?? "matvey" };
const wanted = process.argv[3] ?? "";
const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "screenshots");
const settled = (page) => page.waitForLoadState("networkidle");

const screens = [
  { name: "my-day", path: "/page/my-day" },
  { name: "list", path: "/companies?view=all" },
  { name: "list-filtered", path: `/companies?filter=${encodeURIComponent(JSON.stringify({ field: "city", op: "eq", value: "Казань" }))}` },
  { name: "list-empty", path: "/leads?view=all" },
  { name: "panel", path: "/companies?view=all&open=company/5" },
  { name: "card", path: "/companies/5" },
  { name: "deal", path: "/deals/7" },
  { name: "board", path: "/deals?view=board" },
  { name: "tasks", path: "/tasks?view=all" },
  { name: "missing", path: "/companies/999999999" },
  { name: "palette", path: "/companies?view=all", act: async (page) => { await page.keyboard.press("Control+k"); await page.keyboard.type("каравай"); await page.waitForTimeout(500); } },
  { name: "create", path: "/companies?view=all", act: async (page) => { await page.keyboard.press("n"); await page.waitForTimeout(400); } },
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
for (const look of looks) {
  const context = await browser.newContext({ viewport: look.viewport, colorScheme: look.scheme, locale: look.language === "ru" ? "ru-RU" : "en-GB", hasTouch: look.viewport === kPhone });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${look.name}: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") console.error(`${look.name}: ${message.text()}`); });
  await page.goto(address);
  await settled(page);
  if (!wanted || "sign-in".includes(wanted)) await page.screenshot({ path: join(folder, `sign-in.${look.name}.png`) });
  await signIn(page, address, account);
  await page.evaluate(async (language) => {
    const session = await (await fetch("/api/v1/session")).json();
    const user = await (await fetch(`/api/v1/users/${session.user.id}`)).json();
    await fetch(`/api/v1/users/${session.user.id}`, { method: "PATCH", headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf }, body: JSON.stringify({ language, version: user.version }) });
  }, look.language);
  for (const screen of screens) {
    const id = `${screen.name}.${look.name}`;
    if (!id.includes(wanted)) continue;
    await page.goto(address + screen.path);
    await page.locator("main").waitFor();
    await page.waitForTimeout(700);
    await screen.act?.(page);
    await page.screenshot({ path: join(folder, `${id}.png`) });
  }
  await context.close();
}
await browser.close();
