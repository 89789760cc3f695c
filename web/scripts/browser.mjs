// Debian's Chromium for journeys, screenshots and measures; nothing is downloaded.
import { chromium } from "playwright-core";

export const kDesktop = { width: 1440, height: 900 };
export const kPhone = { width: 390, height: 844 };

// The page of the address bar that newer Chromiums load beside the first tab takes more than a second of processor time, and there is no address bar here.
// The rest is what Playwright switches off itself: a second list replaces the first.
const kFeaturesOff = [
  "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
  "AcceptCHFrame", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider", "GlobalMediaControls", "HttpsUpgrades", "LensOverlay",
  "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "Translate", "AutoDeElevate", "RenderDocument",
];

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", `--disable-features=${kFeaturesOff.join()}`],
  });
}

/** Signs in through the form and waits for the shell. */
export async function signIn(page, address, { email = "user1@example.ru", password = "matvey" } = {}) {
  await page.goto(address);
  await page.locator("input[name=email]").fill(email);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("nav").first().waitFor({ state: "attached" });
}

/** Calls the API as the page's user. */
export function callApi(page, method, path, body) {
  return page.evaluate(async ([verb, address, content]) => {
    const session = await (await fetch("/api/v1/session")).json();
    const response = await fetch(`/api/v1${address}`, { method: verb, headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrf }, body: content === undefined ? undefined : JSON.stringify(content) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${verb} ${address}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }, [method, path, body]);
}
