// Speed of the interface in a real browser over a large base, each figure beside its budget.
// usage: bench/web/run [--json] [--clients N] [--deals N] [--activities N] [--data DIR --email E --password-file F] [--runs N]
// Without --data the base is made by `matvey demo` (seed 7) below build/bench. Every figure is the median of several cold starts of the browser.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { kDesktop, openBrowser, signIn } = await import(join(root, "web/scripts/browser.mjs"));
const program = process.env.MATVEY_PROGRAM ?? join(root, "build/matvey");

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

const is_json = process.argv.includes("--json");
const runs = Number(option("runs", 5));
const sizes = { clients: Number(option("clients", 1_000_000)), deals: Number(option("deals", 50_000)), activities: Number(option("activities", 200_000)) };

function command(...words) {
  const done = spawnSync(program, words, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`matvey ${words[0]}: ${done.stderr}`);
}

function prepare() {
  if (option("data")) return { data: option("data"), email: option("email", "admin@example.com"), password: readFileSync(option("password-file"), "utf8").trim() };
  const folder = join(root, "build/bench", `web-${sizes.clients}-${sizes.deals}-${sizes.activities}`);
  const base = { data: join(folder, "data"), email: "admin@example.com", password: "bench-password-1" };
  if (existsSync(join(folder, "made"))) return base;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "password"), base.password);
  command("init", "--data", base.data, "--admin-email", base.email, "--admin-password-file", join(folder, "password"));
  command("demo", "--data", base.data, "--clients", String(sizes.clients), "--deals", String(sizes.deals), "--activities", String(sizes.activities), "--seed", "7");
  writeFileSync(join(folder, "made"), "");
  return base;
}

async function serve(data) {
  const child = spawn(program, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--log.level=warning"], { stdio: ["ignore", "pipe", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  return { address, stop: () => child.kill("SIGTERM") };
}

const figures = new Map();
const note = (name, value) => figures.set(name, [...(figures.get(name) ?? []), value]);

/** Largest paint, long tasks and slow interactions are gathered by the page itself. */
const kObservers = () => {
  window.seen = { lcp: 0, inp: 0 };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.seen.lcp = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) window.seen.inp = Math.max(window.seen.inp, entry.duration); }).observe({ type: "event", durationThreshold: 16, buffered: true });
};

/** A new browser with an empty cache and an open session. */
async function coldPage(state, address, path, ready) {
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport: kDesktop, locale: "ru-RU", storageState: state });
  const page = await context.newPage();
  await page.addInitScript(kObservers);
  const traffic = { requests: 0, bytes: 0, code_bytes: 0 };
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const kinds = new Map();
  devtools.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    traffic.bytes += encodedDataLength;
    if (["Script", "Stylesheet"].includes(kinds.get(requestId))) traffic.code_bytes += encodedDataLength;
  });
  page.on("request", () => { traffic.requests += 1; });
  const started = performance.now();
  await page.goto(address + path, { waitUntil: "commit" });
  await page.locator(ready).first().waitFor();
  const ready_ms = performance.now() - started;
  return { browser, page, traffic, ready_ms };
}

async function measureList(state, address) {
  const { browser, page, traffic, ready_ms } = await coldPage(state, address, "/companies?view=all", "[role=row][id]");
  await page.waitForTimeout(700);
  note("list_ready_ms", ready_ms);
  note("list_lcp_ms", await page.evaluate(() => window.seen.lcp));
  note("list_code_kb", traffic.code_bytes / 1024);
  note("list_rows_shown", await page.evaluate(() => {
    const frame = document.querySelector("[role=grid]").getBoundingClientRect();
    const head = document.querySelector("[role=columnheader]").getBoundingClientRect();
    return [...document.querySelectorAll("[role=row][id]")].filter((row) => row.getBoundingClientRect().top >= head.bottom - 1 && row.getBoundingClientRect().bottom <= frame.bottom + 1).length;
  }));
  // The hand comes to the mouse before it presses.
  await page.mouse.move(500, 400);
  await page.waitForTimeout(400);
  const rows = page.locator("[role=row][id]");
  for (let at = 2; at < 6; at += 1) {
    const title = await rows.nth(at).locator("strong, .cut").first().innerText();
    const started = performance.now();
    await rows.nth(at).locator("strong, .cut").first().click();  // the panel of the card before lies over the row's middle
    await page.locator("aside h1", { hasText: title }).waitFor();
    note(at === 2 ? "card_first_open_ms" : "card_open_ms", performance.now() - started);
  }
  await page.keyboard.press("Escape");
  const wanted = 100_000;
  const started = performance.now();
  const frames = await page.evaluate(async (row) => {
    const grid = document.querySelector("[role=grid]");
    const count = Number(grid.getAttribute("aria-rowcount")) - 1;
    const target = Math.min(row, count - 30);
    const gaps = [];
    let last = performance.now();
    const pace = 1 / 60;
    for (let step = 1; step <= 1 / pace; step += 1) {
      grid.scrollTop = (target * 36 * step) * pace;
      await new Promise(requestAnimationFrame);
      gaps.push(performance.now() - last);
      last = performance.now();
    }
    return gaps.sort((a, b) => a - b);
  }, wanted);
  await page.locator("[role=row][id]").first().waitFor();
  note("scroll_frame_p95_ms", frames[Math.floor(frames.length * 0.95)]);
  note("scroll_to_row_100000_ms", performance.now() - started);
  await page.getByRole("columnheader").nth(1).getByRole("button").click();
  await page.waitForTimeout(500);
  note("list_inp_ms", await page.evaluate(() => window.seen.inp));
  await browser.close();
}

async function measureBoard(state, address) {
  const { browser, page, traffic, ready_ms } = await coldPage(state, address, "/deals?view=board", "main article");
  note("board_ready_ms", ready_ms);
  await page.waitForTimeout(1500);
  note("board_requests", traffic.requests);
  note("board_kb", traffic.bytes / 1024);
  await browser.close();
}

const kBudgets = {
  list_code_kb: ["KB", "lower", 300], list_lcp_ms: ["ms", "lower", 800], list_ready_ms: ["ms", "lower", null], list_rows_shown: ["rows", "higher", 20], list_inp_ms: ["ms", "lower", 100],
  card_first_open_ms: ["ms", "lower", null], card_open_ms: ["ms", "lower", 150], scroll_frame_p95_ms: ["ms", "lower", 50], scroll_to_row_100000_ms: ["ms", "lower", null],
  board_ready_ms: ["ms", "lower", 500], board_requests: ["requests", "lower", 12], board_kb: ["KB", "lower", null],
};

const base = prepare();
const server = await serve(base.data);
try {
  const browser = await openBrowser();
  const context = await browser.newContext({ locale: "ru-RU" });
  await signIn(await context.newPage(), server.address, base);
  const state = await context.storageState();
  await browser.close();
  for (let run = 0; run < runs; run += 1) {
    await measureList(state, server.address);
    await measureBoard(state, server.address);
  }
} finally {
  server.stop();
}
for (const [name, [unit, better, limit]] of Object.entries(kBudgets)) {
  const values = (figures.get(name) ?? []).sort((a, b) => a - b);
  const value = values[Math.floor(values.length / 2)];
  const is_ok = limit === null || value === undefined ? null : better === "lower" ? value <= limit : value >= limit;
  if (is_json) console.log(JSON.stringify({ name: `web_${name}`, value, unit, better, limit, raw: null, ratio_to_raw: null, p50_ms: null, p99_ms: null, rssanon_mb: null, db: "sqlite", ok: is_ok }));
  else console.log(`${name.padEnd(26)} ${String(Math.round(value * 10) / 10).padStart(9)} ${unit.padEnd(9)} ${limit === null ? "" : `budget ${limit}: ${is_ok ? "kept" : "EXCEEDED"}`}`);
}
