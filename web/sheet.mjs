import { openBrowser } from "./scripts/browser.mjs";
import * as b from "./scripts/browser.mjs";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
const [folder, pattern, per, width, out] = process.argv.slice(2);
const files = readdirSync(folder).filter((f) => new RegExp(pattern).test(f)).sort();
const launch = b.launchBrowser ?? b.openBrowser ?? b.launch;
const browser = await launch();
const page = await browser.newPage({ viewport: { width: Number(width) * 4 + 50, height: 800 } });
for (let i = 0, n = 0; i < files.length; i += Number(per), n++) {
  const imgs = files.slice(i, i + Number(per)).map((f) => `<figure style="margin:4px;width:${width}px;font:12px sans-serif"><figcaption>${f}</figcaption><img style="width:100%;border:1px solid #999" src="data:image/png;base64,${readFileSync(folder + "/" + f).toString("base64")}"></figure>`).join("");
  await page.setContent(`<div style="display:flex;flex-wrap:wrap">${imgs}</div>`);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${out}-${n}.png`, fullPage: true });
}
await browser.close();
