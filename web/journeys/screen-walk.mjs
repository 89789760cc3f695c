// Every screen that is looked at before a release: axe finds nothing serious, and nothing sticks out of a phone. Run against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kPhone } from "../scripts/browser.mjs";
import { prepareBase, screens } from "../scripts/screens.mjs";
import { readTexts } from "../scripts/texts.mjs";
import { axeFindings, openPage, openWorld, untilQuiet } from "./browser-world.mjs";

const t = readTexts("ru");
// Screens that change the connection, and looks of one thing that differ only for the eye.
const kLeftOut = new Set(["offline", "list-waiting", "list-mine", "list-contacts", "calendar-deals", "map-nothing", "palette-found", "card-note", "list-leads", "filter-field", "create-duplicate"]);

/** The world that all tests of one file share. */
let world;
before(async () => {
  world = await openWorld();
  const { page, context } = await openPage(world);
  await prepareBase(page);
  await context.close();
});
after(async () => { await world?.close(); });

/** The `part`-th of `parts` runs of screens (some stand on what those before them made): a file walks one, for files run side by side. */
export function walkScreens(part, parts) {
  const wanted = screens.filter((one) => one.device !== "phone" && !kLeftOut.has(one.name));
  for (const screen of wanted.slice(Math.round(wanted.length * part / parts), Math.round(wanted.length * (part + 1) / parts))) {
    test(`nothing serious stands against the screen ${screen.name}`, async () => {
      const { page, context, faults } = await openPage(world, { path: typeof screen.where === "string" && !screen.before ? screen.where : "/manifest.webmanifest", is_bare: true });
      const given = { page, t };
      if (typeof screen.where !== "string" || screen.before) {
        await screen.before?.(given);
        await page.goto(world.address + (typeof screen.where === "string" ? screen.where : await screen.where(given)));
      }
      await page.getByRole("main").waitFor();
      await untilQuiet(page);
      await screen.act?.(given);
      await untilQuiet(page);
      assert.deepEqual(await axeFindings(page), []);
      assert.deepEqual(faults, []);
      await context.close();
    });
  }
}

export function walkPhone() {
  test("nothing sticks out sideways on a phone", async () => {
    const { page, context } = await openPage(world, { viewport: kPhone, hasTouch: true, isMobile: true });
    for (const path of ["/page/my-day", "/companies?view=all", "/companies?view=all&as=map", "/companies/5", "/deals?view=board", "/deals/7", "/tasks?view=all&as=calendar", "/deals?view=all&group=stage", "/reports/funnel", "/reports/funnel?split=owner&mode=period"]) {
      await page.goto(world.address + path);
      await page.getByRole("main").waitFor();
      await untilQuiet(page);
      const wide = await page.evaluate((limit) => [...document.querySelectorAll("main article, main section, main header, main > *")].filter((one) => {
        for (let above = one.parentElement; above; above = above.parentElement) if (/auto|scroll/.test(getComputedStyle(above).overflowX) && above.scrollWidth > above.clientWidth && above.id !== "content") return false;
        return one.getBoundingClientRect().right > limit + 1;
      }).map((one) => one.className || one.tagName), kPhone.width);
      assert.deepEqual(wide, [], `${path} stays within the screen`);
    }
    await context.close();
  });
}
