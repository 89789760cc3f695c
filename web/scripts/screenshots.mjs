// Pictures of the main screens into /screenshots (ignored): desktop and phone, light and dark, ru and en; ordinary, empty and huge data.
// usage: npm run screenshots [-- part of a picture's name …]. The program starts by itself over demo data (MATVEY_URL, MATVEY_EMAIL and
// MATVEY_PASSWORD name one that runs); MATVEY_HUGE_DATA is a folder with a large base (its account as in bench/web).
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram } from "../journeys/program.mjs";
import { callApi, kDesktop, kPhone, openBrowser, signIn } from "./browser.mjs";
import { few, many, prepareBase, screens } from "./screens.mjs";
import { readTexts } from "./texts.mjs";

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "screenshots");
const wanted = process.argv.slice(2);

const kLooks = [
  { name: "desktop-light-ru", device: "desktop", scheme: "light", language: "ru" },
  { name: "desktop-dark-ru", device: "desktop", scheme: "dark", language: "ru" },
  { name: "phone-light-ru", device: "phone", scheme: "light", language: "ru" },
  { name: "phone-dark-ru", device: "phone", scheme: "dark", language: "ru" },
  { name: "desktop-light-en", device: "desktop", scheme: "light", language: "en" },
];

const isWanted = (id) => wanted.length === 0 || wanted.some((part) => id.includes(part));

/** Nothing asked for during a fifth of a second; the stream of live updates never ends and does not count. */
async function settled(page, open) {
  for (let quiet = 0, waited = 0; quiet < 4 && waited < 120; waited += 1) {
    await page.waitForTimeout(50);
    quiet = open.size === 0 ? quiet + 1 : 0;
  }
}

async function picture(browser, state, program, screen, look, id) {
  const context = await browser.newContext({
    viewport: look.device === "phone" ? kPhone : kDesktop, colorScheme: look.scheme, locale: look.language === "ru" ? "ru-RU" : "en-GB", hasTouch: look.device === "phone", isMobile: look.device === "phone", storageState: state,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => console.error(`${id}: ${error.message}`));
  const open = new Set();
  page.on("request", (request) => { if (!/\/live(\?|$)/.test(request.url())) open.add(request); });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
  const given = { page, t: readTexts(look.language) };
  try {
    if (typeof screen.where !== "string") await page.goto(`${program.address}/manifest.webmanifest`);
    const place = typeof screen.where === "string" ? screen.where : await screen.where(given);
    await screen.before?.(given);
    await page.goto(program.address + place);
    await page.locator("main").waitFor();
    if (screen.is_unsettled) await page.waitForTimeout(900);
    else await settled(page, open);
    await screen.act?.(given);
    await page.waitForTimeout(screen.act ? 350 : 50);
    if (screen.act) await settled(page, open);
  } catch (error) {
    console.error(`${id}: ${error.message.split("\n")[0]}`);
  }
  await page.screenshot({ path: join(folder, `${id}.png`) });
  await context.close();
}

async function signInPicture(browser, program, look, id) {
  const context = await browser.newContext({ viewport: look.device === "phone" ? kPhone : kDesktop, colorScheme: look.scheme, locale: look.language === "ru" ? "ru-RU" : "en-GB" });
  const page = await context.newPage();
  await page.goto(program.address);
  await page.locator("input[name=password]").waitFor();
  await page.screenshot({ path: join(folder, `${id}.png`) });
  await context.close();
}

/** The pictures of one base; `prefix` tells the base in the file's name. */
async function takeAll(browser, program, { prefix, chosen, looks }) {
  let is_prepared = prefix !== "";
  for (const language of new Set(looks.map((look) => look.language))) {
    const context = await browser.newContext({ locale: language === "ru" ? "ru-RU" : "en-GB" });
    const page = await context.newPage();
    await signIn(page, program.address, program.account);
    if (!is_prepared) await prepareBase(page);
    is_prepared = true;
    const session = await callApi(page, "GET", "/session");
    const user = await callApi(page, "GET", `/users/${session.user.id}`);
    if (user.language !== language) await callApi(page, "PATCH", `/users/${user.id}`, { language, version: user.version });
    await page.reload();
    await page.locator("main").waitFor();
    const state = await context.storageState();
    await context.close();
    for (const look of looks.filter((one) => one.language === language)) {
      if (!prefix && isWanted(`sign-in.${look.name}`)) await signInPicture(browser, program, look, `sign-in.${look.name}`);
      for (const screen of chosen) {
        const id = `${prefix}${screen.name}.${look.name}`;
        if ((screen.device && screen.device !== look.device) || !isWanted(id)) continue;
        await picture(browser, state, program, screen, look, id);
      }
    }
  }
}

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
const bases = [
  { prefix: "", chosen: screens, looks: kLooks, start: () => startProgram() },
  { prefix: "empty-", chosen: screens.filter((screen) => few.has(screen.name)), looks: [kLooks[0], kLooks[3]], start: () => startProgram({ has_demo: false }) },
  ...(process.env.MATVEY_HUGE_DATA ? [{ prefix: "huge-", chosen: screens.filter((screen) => many.has(screen.name)), looks: [kLooks[0], kLooks[2]], start: () => startProgram({ data: process.env.MATVEY_HUGE_DATA, account: { email: "admin@example.com", password: "bench-password-1" } }) }] : []),
];
for (const { start, ...base } of bases) {
  const ids = base.chosen.flatMap((screen) => base.looks.map((look) => `${base.prefix}${screen.name}.${look.name}`));
  if (![...ids, ...(base.prefix ? [] : ["sign-in"])].some((id) => isWanted(id)) && !wanted.some((part) => "sign-in".includes(part))) continue;
  const program = await start();
  try {
    await takeAll(browser, program, base);
  } finally {
    await program.stop();
  }
}
await browser.close();
