// One program and one browser for a file of journeys; each journey has a context of its own.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { kDesktop, openBrowser } from "../scripts/browser.mjs";
import { startProgram } from "./program.mjs";

export { callApi } from "../scripts/browser.mjs";

const axe_source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openWorld({ has_demo = "small" } = {}) {
  const program = await startProgram({ has_demo });
  const browser = await openBrowser();
  const close = async () => {
    contexts.clear();
    await browser.close();
    await program.stop();
  };
  return { ...program, browser, close };
}

// A slow machine must not fail a journey; a fast one does not wait for it.
const kPatience = process.env.CI ? 40_000 : 15_000;
const states = new Map();
const open_requests = new WeakMap();

// The stream of live updates never ends, so the browser's own "network idle" never comes.
function countRequests(page) {
  const open = new Set();
  open_requests.set(page, open);
  page.on("request", (request) => { if (!/\/(live|health|live-worker\.js)(\?|$)/.test(request.url())) open.add(request); });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
}

/** Waits until the page has asked for nothing for a quarter of a second. */
export async function untilQuiet(page) {
  const open = open_requests.get(page);
  const deadline = Date.now() + kPatience;
  for (let quiet = 0; quiet < 5; quiet = open.size === 0 ? quiet + 1 : 0) {
    if (Date.now() > deadline) throw new Error(`still waiting for ${[...open].map((request) => request.url()).join(", ")}`);
    await page.waitForTimeout(50);
  }
}

/**
 * Waits until `predicate`, run inside the page, gives a true value; it may ask the API. page.waitForFunction does not wait for promises:
 * any promise is true to it, so a check with fetch could not fail.
 */
export async function untilTrue(page, predicate, argument) {
  const deadline = Date.now() + kPatience;
  while (!(await page.evaluate(predicate, argument))) {
    if (Date.now() > deadline) throw new Error(`never came true: ${predicate} with ${JSON.stringify(argument)}`);
    await page.waitForTimeout(100);
  }
}

/** Signs in through the form once for each account; later contexts take over its session, for attempts are counted. */
async function stateOf(world, account) {
  if (!states.has(account.email)) {
    const context = await world.browser.newContext({ locale: "ru-RU" });
    const page = await context.newPage();
    page.setDefaultTimeout(kPatience);
    await page.goto(world.address);
    await page.getByLabel("Электронная почта").fill(account.email);
    await page.getByLabel("Пароль").fill(account.password);
    await page.getByRole("button", { name: "Войти" }).click();
    await page.getByRole("navigation", { name: "Разделы" }).first().waitFor();
    states.set(account.email, await context.storageState());
    await context.close();
  }
  return states.get(account.email);
}

// A context is kept for each kind of user and screen: its cache is warm, as on any day but the first, and that halves the time.
const contexts = new Map();

async function contextOf(world, account, viewport, more) {
  const key = JSON.stringify([world.address, account.email, viewport, more]);
  if (!contexts.has(key)) contexts.set(key, await world.browser.newContext({ viewport, locale: "ru-RU", colorScheme: "light", storageState: await stateOf(world, account), ...more }));
  return contexts.get(key);
}

/**
 * A page of a signed-in user in Russian; what goes wrong inside the page is gathered in `faults`. `context.close()` closes the page
 * and forgets what it kept on the device. `is_bare` does not wait for the
 * application. With `is_alone` the context is new and really closed: for journeys that break connections.
 */
export async function openPage(world, { path = "/", viewport = kDesktop, account = world.account, is_alone = false, is_bare = false, ...more } = {}) {
  const whole = is_alone ? await world.browser.newContext({ viewport, locale: "ru-RU", colorScheme: "light", storageState: await stateOf(world, account), ...more }) : await contextOf(world, account, viewport, more);
  const page = await whole.newPage();
  const close = async () => {
    if (is_alone) return whole.close();
    await page.evaluate(() => { for (const key of Object.keys(localStorage)) if (key.startsWith("matvey.draft.")) localStorage.removeItem(key); }).catch(() => undefined);
    return page.close();
  };
  const context = { close, whole };
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.setDefaultTimeout(kPatience);
  countRequests(page);
  await page.goto(world.address + path);
  if (!is_bare) await page.getByRole("main").waitFor();
  return { page, context, faults };
}

/** Puts the focus where the Tab key would bring it; fails where it never would. */
export async function focusOn(page, locator) {
  await locator.waitFor();
  const can_reach = await locator.evaluate((element) => element.tabIndex >= 0 || element.getAttribute("role") === "menuitem");
  if (!can_reach) throw new Error(`the keyboard never comes to ${locator}`);
  await locator.focus();
}

/** What takes back the deed that the message at the bottom speaks of; other buttons of the page are called the same. */
export function undoButton(page) {
  return page.getByRole("status").getByRole("button", { name: "Отменить", exact: true });
}

/** Serious and critical findings of axe on what the page shows now. */
export async function axeFindings(page) {
  await page.evaluate(axe_source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
}

/** Walks with Tab (or back, with Shift+Tab) until the keyboard stands on `target`; fails when it never does. */
export async function walkTo(page, target, { key = "Tab", most = 90 } = {}) {
  await target.first().waitFor();
  for (let steps = 0; steps < most; steps += 1) {
    if (await target.first().evaluate((element) => element === document.activeElement || element.contains(document.activeElement))) return;
    await page.keyboard.press(key);
  }
  const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  throw new Error(`the keyboard does not come to ${target}; it stands on ${where}`);
}
