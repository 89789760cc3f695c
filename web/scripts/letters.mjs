// What the screens of letters and scans show: a mail server that takes letters, letters that went and one that did not, a link from a letter, a scan.
import { openPostOffice } from "../journeys/post-office.mjs";
import { callApi } from "./browser.mjs";

const kPatience_ms = 30_000;
let office = null;

async function until(page, ask) {
  const deadline = Date.now() + kPatience_ms;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never came true: ${ask}`);
    await page.waitForTimeout(100);
  }
}

/** Mail goes out through a server of our own. */
export async function withMail({ page }) {
  office ??= await openPostOffice();
  await callApi(page, "PUT", "/settings/mail-server", { host: "127.0.0.1", port: office.port, security: "none", from_name: "Ржаной дом", from_address: "crm@example.ru", site_url: "https://crm.example.ru" });
}

export async function withoutMail({ page }) {
  await callApi(page, "PUT", "/settings/mail-server", { host: "" });
}

const kRecipients = { sent: "zakupki@example.ru", failed: "nobody@example.ru" };
const kText = "Добрый день!\n\nПрисылаем обещанные цены на муку и отруби. Скидка в пять процентов действует при заказе от двух тонн.\n\nАнна Ржаная";

/** The card of a letter to the first client that went out ("sent") or came back ("failed"); it is written where there is none yet. */
export const letter = (state) => async ({ page }) => {
  await withMail({ page });
  const wanted = { filter: { and: [{ field: "state", op: "eq", value: state }, { field: "kind", op: "eq", value: "message" }] }, fields: ["subject"], limit: 1 };
  const find = async () => (await callApi(page, "POST", "/outgoing-mails:query", wanted)).items[0];
  if (!(await find())) {
    const { items: [company] } = await callApi(page, "POST", "/companies:query", { fields: ["name"], limit: 1, filter: { field: "phones", op: "not_empty" }, sort: [{ field: "name" }] });
    await callApi(page, "POST", "/outgoing-mails", { recipients: [kRecipients[state]], subject: "Цены на муку и отруби на следующий месяц", text: kText, about: { entity: "company", id: company.id } });
  }
  return `/outgoing-mails/${(await until(page, find)).id}`;
};

const kLink = /\/set-password#\S+/;

/** The page of the link in a letter that invites a colleague. */
export async function passwordLink({ page }) {
  await withMail({ page });
  const known = (await callApi(page, "POST", "/users:query", { filter: { field: "name", op: "eq", value: "Полевая Анна" }, fields: ["name"], limit: 1 })).items[0];
  const { id } = known ?? (await callApi(page, "POST", "/users", { name: "Полевая Анна", email: "polevaya@example.ru" }));
  const before = office.letters.length;
  await callApi(page, "POST", `/users/${id}:invite`);
  return until(page, () => kLink.exec(office.letters.slice(before).find((text) => kLink.test(text)) ?? "")?.[0]);
}

/** The card of a contract that came back signed. */
export async function openScan({ page }) {
  const known = (await callApi(page, "GET", "/document-scans?fields=name&limit=1")).items[0];
  if (known) return `/document-scans/${known.id}`;
  const file = await page.evaluate(async () => {
    const { csrf } = await (await fetch("/api/v1/session")).json();
    const headers = { "Content-Type": "application/pdf", "X-CSRF-Token": csrf, "X-File-Name": encodeURIComponent("Договор, подписан покупателем.pdf") };
    return (await fetch("/api/v1/files", { method: "POST", headers, body: "%PDF-1.4\n%%EOF\n" })).json();
  });
  const { items: [contract] } = await callApi(page, "POST", "/contracts:query", { filter: { field: "state", op: "eq", value: "posted" }, fields: ["name"], limit: 1 });
  const scan = await callApi(page, "POST", "/document-scans", { document: { entity: "contract", id: contract.id }, files: [{ id: file.id }], signed_by: "Пирогов Илья, директор", signed_on: new Date().toISOString().slice(0, 10), place: "Папка 14, полка 3" });
  return `/document-scans/${scan.id}`;
}
