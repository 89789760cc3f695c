// The pictures of docs/guide/sales.md, taken from the running program over demo data: node scripts/guide-pictures.mjs [name …]
// MATVEY_URL, MATVEY_EMAIL and MATVEY_PASSWORD name a program that runs already.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram } from "../journeys/program.mjs";
import { callApi, openBrowser, signIn } from "./browser.mjs";
import { screens } from "./screens.mjs";
import { readTexts } from "./texts.mjs";

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "docs/guide/pictures");
const kPictures = ["card-quote", "line-picker", "make-part", "share", "card-invoice", "lost", "forms"];
const wanted = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
const program = await startProgram();
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, locale: "ru-RU", colorScheme: "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await signIn(page, program.address, program.account);
  const { user: me } = await callApi(page, "GET", "/session");
  const user = await callApi(page, "GET", `/users/${me.id}`);
  if (user.language !== "ru") await callApi(page, "PATCH", `/users/${user.id}`, { language: "ru", version: user.version });
  for (const name of kPictures.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const screen = screens.find((one) => one.name === name);
    const given = { page, t: readTexts("ru") };
    await page.goto(program.address + (typeof screen.where === "string" ? screen.where : await screen.where(given)));
    await page.locator("main").waitFor();
    await page.waitForTimeout(1500);
    await screen.act?.(given);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(folder, `sales-${name}.jpg`), type: "jpeg", quality: 72 });
  }
} finally {
  await browser.close();
  await program.stop();
}
