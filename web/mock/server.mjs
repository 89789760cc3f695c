// A small stand-in for the program: serves dist/ (or only the API beside the dev server) over deterministic data.
// Never part of the product. Start: npm run mock; password of every user: matvey.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { keep, nextId, record, remove, totals, users } from "./data.mjs";
import { metadata } from "./entities.mjs";
import { matches, order } from "./filter.mjs";

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");
const kScan = 20_000;
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".json": "application/json" };
const preferences = new Map();
const views = [];
const live = new Set();
let language = "ru";
let { entities } = metadata(language);
let sequence = 0;

class Refusal extends Error {
  constructor(status, body) {
    super(body.title);
    this.status = status;
    this.body = body;
  }
}

const refuse = (status, title, more = {}) => { throw new Refusal(status, { type: `/problems/${status}`, title, status, detail: title, ...more }); };
const byPlural = (plural) => entities.find((entity) => entity.plural === plural) ?? refuse(404, "нет такого раздела");

function scan(entity, filter, sort) {
  const is_plain = !filter && !(sort?.length);
  const limit = is_plain ? totals[entity.key] : Math.min(totals[entity.key], kScan);
  if (is_plain) return { length: limit, at: (index) => record(entity.key, index + 1) };
  const rows = [];
  for (let id = 1; id <= limit; id += 1) {
    const row = record(entity.key, id);
    if (row && matches(row, filter)) rows.push(row);
  }
  if (sort?.length) rows.sort(order(sort));
  return { length: rows.length, at: (index) => rows[index] };
}

const scans = new Map();
function cachedScan(entity, filter, sort) {
  const key = JSON.stringify([entity.key, filter, sort, sequence]);
  if (!scans.has(key)) {
    if (scans.size > 20) scans.clear();
    scans.set(key, scan(entity, filter, sort));
  }
  return scans.get(key);
}

function query(entity, { filter, sort, limit = 50, cursor, count }) {
  const rows = cachedScan(entity, filter, sort);
  const from = Number(cursor ?? 0);
  const to = Math.min(rows.length, from + limit);
  const items = [];
  for (let at = from; at < to; at += 1) {
    const row = rows.at(at);
    if (row) items.push(row);
  }
  const page = { items, next: to < rows.length ? String(to) : null };
  return count && count !== "none" ? { ...page, count: { value: rows.length, kind: count } } : page;
}

function aggregate(entity, { filter, group = [], measures = [] }) {
  const rows = cachedScan(entity, filter, null);
  const groups = new Map();
  for (let at = 0; at < Math.min(rows.length, kScan * 3); at += 1) {
    const row = rows.at(at);
    const key = Object.fromEntries(group.map((field) => [field, row[field] ?? null]));
    const id = JSON.stringify(key);
    if (!groups.has(id)) groups.set(id, { key, rows: [] });
    groups.get(id).rows.push(row);
  }
  const number = (row, field) => Number(row[field]?.amount ?? row[field] ?? 0);
  const measure = (list, { fn, field }) => {
    if (fn === "count") return list.length;
    const sum = list.reduce((total, row) => total + number(row, field), 0);
    return { amount: String(fn === "avg" ? Math.round(sum / Math.max(1, list.length)) : sum), currency: "RUB" };
  };
  return { groups: [...groups.values()].map(({ key, rows: list }) => ({ key, values: measures.map((one) => measure(list, one)) })), left_out: {} };
}

function announce(entity, id, version, action, fields = []) {
  sequence += 1;
  for (const client of live) client.write(`id: ${sequence}\nevent: change\ndata: ${JSON.stringify({ entity: entity.key, id, version, action, fields })}\n\n`);
}

function checked(entity, values) {
  const errors = entity.fields.filter((field) => field.required && (values[field.key] === undefined || values[field.key] === null || values[field.key] === "")).map((field) => ({ path: field.key, code: "required", message: `Заполните поле «${field.label}»` }));
  if (entity.key === "deal" && record("stage", values.stage?.id)?.kind === "lost" && !values.lost_reason) errors.push({ path: "lost_reason", code: "required", message: "Укажите причину отказа" });
  if (errors.length) refuse(400, "Проверьте поля", { errors });
  return Object.fromEntries(Object.entries(values).map(([key, value]) => {
    const field = entity.fields.find((one) => one.key === key);
    const target = field?.type === "user" ? "user" : field?.to?.[0];
    if (!target || value === null || typeof value === "object" && value.title || Array.isArray(value)) return [key, value];
    const id = typeof value === "object" ? value.id : value;
    return [key, { id, title: record(target, id)?.name ?? `#${id}` }];
  }));
}

function create(entity, body, url) {
  const values = checked(entity, body);
  const digits = body.phones?.[0]?.raw?.replace(/\D/g, "").slice(-10);
  if (digits?.length === 10 && url.searchParams.get("on_duplicate") !== "create") {
    for (let id = 1; id < 3000; id += 1) {
      const other = record(entity.key, id);
      if (other?.phones?.some((phone) => phone.e164?.endsWith(digits))) refuse(409, "Похоже, такая запись уже есть", { candidates: [{ id, title: other.name, score: 0.9, reasons: ["телефон"] }] });
    }
  }
  const now = new Date().toISOString();
  const blank = Object.fromEntries(entity.fields.map((field) => [field.key, field.multiple ? [] : null]));
  const made = { ...blank, ...values, id: 0, version: 1, uid: crypto.randomUUID(), created_at: now, updated_at: now, owner: values.owner ?? { id: 1, title: users[0].name } };
  if (url.searchParams.get("dry_run")) return made;
  made.id = nextId(entity.key);
  keep(entity.key, made);
  announce(entity, made.id, 1, "created");
  return made;
}

function patch(entity, before, body, url) {
  const { version, ...changes } = body;
  if (version !== before.version) refuse(409, "Запись изменили", { current: before });
  const after = { ...before, ...checked(entity, { ...before, ...changes }), version: before.version + 1, updated_at: new Date().toISOString() };
  if (url.searchParams.get("dry_run")) return after;
  keep(entity.key, after);
  announce(entity, after.id, after.version, "updated", Object.keys(changes));
  return after;
}

function search(url) {
  const text = (url.searchParams.get("q") ?? "").toLowerCase();
  const wanted = url.searchParams.get("entities")?.split(",") ?? ["company", "contact", "deal"];
  const limit = Number(url.searchParams.get("limit") ?? 5);
  const digits = text.replace(/\D/g, "");
  return { groups: wanted.map((key) => {
    const items = [];
    for (let id = 1; id <= Math.min(totals[key] ?? 0, kScan) && items.length < limit; id += 1) {
      const row = record(key, id);
      const phone = digits.length > 3 && row?.phones?.find((one) => one.e164.includes(digits));
      if (row && (row.name.toLowerCase().includes(text) || phone)) items.push({ id, title: row.name, subtitle: row.city ?? row.company?.title ?? null, matched: phone ? [{ field: "phones", text: phone.e164 }] : [] });
    }
    return { entity: key, items, more: items.length === limit };
  }).filter((group) => group.items.length) };
}

function timeline(entity) {
  const makes = { note: (at) => ({ body: "<p>Просят прислать счёт до пятницы. Отвечает <b>бухгалтерия</b>.</p>" }), call: (at) => ({ name: `Звонок ${at}`, state: "done", direction: "outgoing", result: "Договорились о поставке" }), task: (at) => ({ name: "Отправить счёт", state: at < 4 ? "planned" : "done", due_at: new Date(Date.now() + (4 - at) * 20 * 3_600_000).toISOString() }) };
  const kinds = Object.keys(makes);
  return { next: null, items: Array.from({ length: 14 }, (_, at) => {
    const moment = new Date(Date.now() - at * 31 * 3_600_000).toISOString();
    if (at % 5 === 4) return { kind: "change", at: moment, change: { seq: at, action: "updated", user: { id: 1, title: users[0].name }, fields: ["city", "owner"] } };
    const kind = kinds[at % 3];
    return { kind, at: moment, record: { id: at + 1, version: 1, uid: String(at), created_at: moment, updated_at: moment, owner: { id: 1, title: users[at % 5].name }, ...makes[kind](at) } };
  }) };
}

function history() {
  const user = { id: 1, title: users[0].name };
  return { next: null, items: [{ seq: 2, at: new Date().toISOString(), user, version: 2, action: "updated", via: "", changes: [{ field: "city", old: "Тверь", new: "Казань" }] }, { seq: 1, at: new Date(Date.now() - 9e8).toISOString(), user, version: 1, action: "created", via: "", changes: [] }] };
}

async function answer(method, url, body, response) {
  const path = url.pathname.slice("/api/v1".length);
  if (path === "/session") {
    if (method === "DELETE") return (response.setHeader("Set-Cookie", "matvey=; Path=/; Max-Age=0"), null);
    if (method === "POST") {
      if (body.password !== "matvey") refuse(401, "Почта или пароль не подходят");
      response.setHeader("Set-Cookie", "matvey=1; Path=/; HttpOnly");
    }
    return { user: { id: 1, title: users[0].name }, is_admin: true, language, time_zone: "Europe/Moscow", department: null, csrf: "token" };
  }
  if (path === "/multi") {
    const answers = [];
    for (const part of body.requests) {
      try {
        answers.push({ status: 200, body: await answer(part.method, new URL(`/api/v1${part.path}`, "http://localhost"), part.body ?? {}, response) });
      } catch (error) {
        answers.push({ status: error.status ?? 500, body: error.body ?? { title: String(error) } });
      }
    }
    return { answers };
  }
  if (path === "/metadata") return { version: 1, entities };
  if (path === "/search") return search(url);
  if (path === "/notices") return { items: [{ id: 1, text: "Вам передали компанию", at: new Date().toISOString(), read: false, entity: "company", record_id: 5 }], unread: 1 };
  if (path.startsWith("/preferences/")) {
    const key = path.slice(13);
    if (method === "PUT") preferences.set(key, body);
    return preferences.get(key) ?? refuse(404, "нет");
  }
  if (path === "/views") return method === "POST" ? (views.push({ ...body, id: views.length + 1, version: 1 }), views.at(-1)) : { items: views, next: null };
  const action = /^\/(\w+):(\w+)$/.exec(path);
  if (action) {
    const entity = byPlural(action[1]);
    if (action[2] === "query") return query(entity, body);
    if (action[2] === "count") return { count: { value: cachedScan(entity, body.filter, null).length, kind: "exact" } };
    if (action[2] === "aggregate") return aggregate(entity, body);
    if (action[2] === "bulk") return body.dry_run ? { total: body.ids?.length ?? cachedScan(entity, body.filter, null).length, sample: [] } : { id: 1, kind: "bulk", state: "done", done: 1, total: 1, result: {}, can_undo: true };
    refuse(404, "нет такого действия");
  }
  const one = /^\/(\w+)\/(\d+)(?:[/:](\w+))?/.exec(path);
  if (one) {
    const entity = byPlural(one[1]);
    const found = record(entity.key, Number(one[2])) ?? refuse(404, "нет такой записи");
    if (one[3] === "timeline") return timeline(entity);
    if (one[3] === "history") return history();
    if (one[3] === "access") return { user: { id: 1, title: users[0].name }, allowed: { read: true, update: true, delete: false, export: false }, reasons: [{ rule: "owner", lets: true, scope: "own", role: { id: 1, title: "Менеджер" }, detail: "ответственный" }], hidden_fields: [] };
    if (method === "PATCH" && entity.key === "user" && body.language) {
      language = body.language;
      entities = metadata(language).entities;
    }
    if (method === "PATCH") return patch(entity, found, body, url);
    if (method === "DELETE") return (remove(entity.key, found.id), announce(entity, found.id, found.version, "deleted"), null);
    return found;
  }
  const plural = /^\/(\w+)$/.exec(path);
  if (plural && method === "POST") return create(byPlural(plural[1]), body, url);
  if (plural) return query(byPlural(plural[1]), { limit: Number(url.searchParams.get("limit") ?? 50) });
  return refuse(404, "нет такого адреса");
}

function sendFile(url, request, response) {
  const asked = join(dist, url.pathname);
  const path = extname(asked) && existsSync(asked) ? asked : join(dist, "index.html");
  if (!existsSync(path)) return response.writeHead(404).end();
  const has_brotli = existsSync(`${path}.br`) && String(request.headers["accept-encoding"]).includes("br");
  response.writeHead(200, { "Content-Type": kTypes[extname(path)] ?? "application/octet-stream", "Cache-Control": url.pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache", ...(has_brotli ? { "Content-Encoding": "br" } : {}) });
  return response.end(readFileSync(has_brotli ? `${path}.br` : path));
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/api/v1")) return sendFile(url, request, response);
  const is_signed_in = String(request.headers.cookie).includes("matvey=1");
  if (url.pathname === "/api/v1/live") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    response.write("event: hello\ndata: {}\n\n");
    live.add(response);
    return request.on("close", () => live.delete(response));
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  return request.on("end", async () => {
    try {
      const text = Buffer.concat(chunks).toString("utf8");
      if (!is_signed_in && !(url.pathname === "/api/v1/session" && request.method === "POST")) refuse(401, "Войдите");
      const result = await answer(request.method, url, text ? JSON.parse(text) : {}, response);
      response.writeHead(result === null ? 204 : 200, { "Content-Type": "application/json" }).end(result === null ? undefined : JSON.stringify(result));
    } catch (error) {
      const is_refusal = error instanceof Refusal;
      if (!is_refusal) console.error(error);
      response.writeHead(is_refusal ? error.status : 500, { "Content-Type": "application/problem+json" }).end(JSON.stringify(is_refusal ? error.body : { title: String(error), status: 500 }));
    }
  });
});
server.listen(Number(process.env.PORT ?? 8090), "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${server.address().port}`));
