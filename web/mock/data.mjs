// Deterministic records: the record of an id is always the same, so a million of them take no memory.
const kCities = ["Москва", "Казань", "Самара", "Пермь", "Тверь", "Омск", "Санкт-Петербург", "Ростов-на-Дону", "Екатеринбург", "Нижний Новгород"];
const kWords = ["Ржаной", "Северный", "Заря", "Каравай", "Мельница", "Волга", "Рассвет", "Добрый", "Полевой", "Амбар", "Колос", "Пристань", "Кремень", "Липа"];
const kTrades = ["хлеб", "дом", "торг", "строй", "сервис", "логистика", "мебель", "агро", "свет", "ремонт"];
const kFirst = ["Анна", "Иван", "Мария", "Пётр", "Ольга", "Семён", "Вера", "Глеб", "Дарья", "Лев"];
const kLast = ["Синица", "Дуб", "Коваленко", "Мороз", "Лисица", "Гончар", "Бондарь", "Кравец", "Шевченко", "Ткач"];
const kPositions = ["директор", "закупщик", "главный бухгалтер", "менеджер", "технолог"];
const kSteps = ["Позвонить", "Отправить предложение", "Встретиться", "Выставить счёт", "Напомнить об оплате"];

export const totals = { company: 1_000_000, contact: 500_000, lead: 0, deal: 50_000, task: 20_000, call: 0, meeting: 0, note: 0, user: 12, pipeline: 2, stage: 12, lost_reason: 3 };
const kDay_ms = 86_400_000;

const noise = (id, salt) => ((Math.imul(id + 1, 2654435761) ^ Math.imul(salt + 7, 40503)) >>> 0) / 2 ** 32;
const pick = (list, id, salt) => list[Math.floor(noise(id, salt) * list.length)];
const start = new Date();
start.setUTCHours(9, 0, 0, 0);
const instant = (days) => new Date(start.getTime() + Math.round(days * 96) / 96 * kDay_ms).toISOString();
const person = (id, salt) => `${pick(kLast, id, salt)} ${pick(kFirst, id, salt + 1)}`;

export const users = Array.from({ length: totals.user }, (_, at) => ({ id: at + 1, name: person(at + 1, 3), emails: [{ id: 1, raw: `user${at + 1}@example.ru`, value: `user${at + 1}@example.ru`, kind: "work", valid: true }] }));
const userLink = (id) => ({ id, title: users[id - 1].name });
const phone = (id, salt) => {
  const digits = String(Math.floor(9_000_000_000 + noise(id, salt) * 999_999_999));
  return { id: salt, raw: `8 (${digits.slice(0, 3)}) ${digits.slice(3)}`, e164: `+7${digits}`, ext: null, kind: salt % 2 ? "work" : "mobile", valid: true };
};
const companyName = (id) => `${pick(["ООО", "АО", "ИП"], id, 1)} «${pick(kWords, id, 2)}${pick(kTrades, id, 3)}»`;

const stages = [1, 2].flatMap((pipeline) => ["Новая", "Разбираемся", "Предложение", "Договор", "Оплачена", "Отказ"].map((name, at) => ({
  id: (pipeline - 1) * 6 + at + 1, name, pipeline: { id: pipeline, title: pipeline === 1 ? "Продажи" : "Повторные" }, position: at, color: ["info", "info", "accent", "accent", "success", "danger"][at], kind: at === 4 ? "won" : at === 5 ? "lost" : "open",
})));

const makers = {
  user: (id) => users[id - 1],
  lost_reason: (id) => ({ id, name: ["Дорого", "Ушли к другому", "Пропали"][id - 1] }),
  pipeline: (id) => ({ id, name: id === 1 ? "Продажи" : "Повторные", position: id }),
  stage: (id) => stages[id - 1],
  company: (id) => ({
    id, name: companyName(id), inn: String(Math.floor(7_700_000_000 + noise(id, 5) * 99_999_999)), phones: [phone(id, 11), ...(noise(id, 6) > 0.7 ? [phone(id, 12)] : [])],
    emails: noise(id, 7) > 0.4 ? [{ id: 1, raw: `info@client${id}.ru`, value: `info@client${id}.ru`, kind: "work", valid: true }] : [], city: pick(kCities, id, 8), relations: noise(id, 9) > 0.5 ? ["client"] : ["client", "partner"],
    annual_revenue: { amount: `${Math.floor(noise(id, 10) * 5_000) * 1000}.00`, currency: "RUB" }, owner: userLink(1 + (id % totals.user)), next_step_at: noise(id, 13) > 0.3 ? instant(noise(id, 14) * 20 - 6) : null,
    industry: pick(["retail", "food", "construction", null], id, 15), sites: noise(id, 16) > 0.5 ? [`client${id}.ru`] : [], tags: noise(id, 17) > 0.8 ? ["опт"] : [], last_contact_at: instant(-noise(id, 19) * 30), description: noise(id, 18) > 0.7 ? "Берут по средам.\nПросят звонить до обеда." : null,
  }),
  contact: (id) => ({ id, name: person(id, 20), companies: [{ id: 1 + (id % totals.company), title: companyName(1 + (id % totals.company)) }], position: pick(kPositions, id, 21), phones: [phone(id, 22)], emails: [], birthday: noise(id, 23) > 0.5 ? `19${60 + (id % 40)}-0${1 + (id % 9)}-1${id % 10}` : null, owner: userLink(1 + (id % totals.user)) }),
  deal: (id) => {
    const stage = stages[Math.floor(noise(id, 30) ** 1.6 * 6)];
    const company = 1 + Math.floor(noise(id, 31) * 5000);
    return { id, name: `Поставка: ${pick(kTrades, id, 32)} № ${id}`, company: { id: company, title: companyName(company) }, amount: { amount: `${Math.floor(noise(id, 33) * 900) * 1000 + 12_500}.00`, currency: "RUB" }, pipeline: { id: 1, title: "Продажи" }, stage: { id: stage.id, title: stage.name }, number: `Д-${String(id).padStart(6, "0")}`, is_open: stage.kind === "open", expected_close: instant(noise(id, 34) * 60 - 10).slice(0, 10), lost_reason: null, owner: userLink(1 + (id % totals.user)), next_step_at: noise(id, 35) > 0.25 ? instant(noise(id, 36) * 14 - 4) : null };
  },
  task: (id) => ({ id, name: `${pick(kSteps, id, 40)}: ${companyName(1 + (id % 1000))}`, due_at: instant(noise(id, 41) * 20 - 8), state: noise(id, 42) > 0.7 ? "done" : "planned", priority: pick(["normal", "high", "low"], id, 43), subject: { entity: "company", id: 1 + (id % 1000), title: companyName(1 + (id % 1000)) }, owner: userLink(1 + (id % totals.user)), author: userLink(1), description: null }),
};

const kept = new Map();

export function record(entity, id) {
  const key = `${entity}/${id}`;
  if (kept.has(key)) return kept.get(key);
  if (!makers[entity] || id < 1 || id > totals[entity]) return null;
  return { uid: `00000000-0000-7000-8000-${String(id).padStart(12, "0")}`, version: 1, created_at: instant(-200 + noise(id, 50) * 190), updated_at: instant(-9 * noise(id, 51)), created_by: userLink(1), ...makers[entity](id) };
}

export function keep(entity, value) {
  kept.set(`${entity}/${value.id}`, value);
  return value;
}

export function remove(entity, id) {
  kept.set(`${entity}/${id}`, null);
}

export function nextId(entity) {
  totals[entity] += 1;
  return totals[entity];
}
