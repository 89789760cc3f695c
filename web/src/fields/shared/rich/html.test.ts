import { expect, it } from "vitest";
import { htmlToText, safeFragment } from "@web/fields/shared/rich/html";

function drawn(html: string): string {
  const place = document.createElement("div");
  place.appendChild(safeFragment(html));
  return place.innerHTML;
}

it("keeps the tags that text needs", () => {
  expect(drawn("<p>Раз <b>два</b></p>")).toBe("<p>Раз <b>два</b></p>");
});
it("drops scripts, handlers and addresses that run code", () => {
  expect(drawn('<img src=x onerror=alert(1)><script>alert(1)</script><a href="javascript:alert(1)" onclick="x()">a</a>')).toBe("<a>a</a>");
});
it("keeps the words of unknown tags", () => {
  expect(drawn("<table><tr><td>слово</td></tr></table>")).toBe("слово");
  expect(htmlToText("<p>Раз</p>  <p>два</p>")).toBe("Раз два");
});
