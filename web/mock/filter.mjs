// The filter grammar evaluated in memory, as far as screens need it.
import { users } from "./data.mjs";

const fold = (value) => String(value ?? "").toLowerCase().replace(/ё/g, "е");

function plain(value) {
  if (value && typeof value === "object" && "amount" in value) return Number(value.amount);
  if (value && typeof value === "object" && "id" in value && "title" in value) return value.id;
  return value;
}

function day(value) {
  if (value === "now") return new Date().toISOString();
  const shift = { today: 0, yesterday: -1, tomorrow: 1 }[value] ?? (value?.relative !== undefined ? value.relative : null);
  return shift === null ? value : new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
}

function at(record, path) {
  let value = record;
  for (const step of path.split(".")) value = Array.isArray(value) ? value.map((one) => one?.[step]) : value?.[step];
  return value;
}

function test(record, { field, op, value }) {
  const raw = at(record, field);
  const mine = Array.isArray(raw) ? raw.map(plain) : plain(raw);
  const wanted = value === "me" ? users[0].id : plain(day(value));
  const list = (Array.isArray(value) ? value : [value]).map((one) => (one === "me" ? users[0].id : plain(day(one))));
  const is_blank = mine === null || mine === undefined || mine === "" || (Array.isArray(mine) && mine.length === 0);
  const has = (one) => (Array.isArray(mine) ? mine.includes(one) : fold(mine) === fold(one));
  switch (op) {
    case "eq": return has(wanted);
    case "ne": return !has(wanted);
    case "in": case "any_of": return list.some(has);
    case "not_in": case "none_of": return !list.some(has);
    case "all_of": return list.every(has);
    case "lt": return !is_blank && mine < wanted;
    case "lte": return !is_blank && mine <= wanted;
    case "gt": return !is_blank && mine > wanted;
    case "gte": return !is_blank && mine >= wanted;
    case "between": return !is_blank && mine >= list[0] && mine <= list[1];
    case "contains": return fold(JSON.stringify(raw)).includes(fold(wanted));
    case "starts_with": return fold(mine).startsWith(fold(wanted));
    case "is_empty": return is_blank;
    case "not_empty": return !is_blank;
    default: return true;
  }
}

export function matches(record, filter) {
  if (!filter) return true;
  if (filter.and) return filter.and.every((one) => matches(record, one));
  if (filter.or) return filter.or.some((one) => matches(record, one));
  if (filter.not) return !matches(record, filter.not);
  if (filter.text !== undefined) return fold(JSON.stringify(record)).includes(fold(filter.text));
  if (filter.field) return test(record, filter);
  return true;
}

export function order(sort) {
  return (a, b) => {
    for (const { field, desc } of sort) {
      const [x, y] = [a, b].map((one) => at(one, field)).map((value) => (value?.title !== undefined ? value.title : plain(value)));
      if (x === y) continue;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      const less = typeof x === "string" ? x.localeCompare(String(y), "ru") : x < y ? -1 : 1;
      return desc ? -less : less;
    }
    return a.id - b.id;
  };
}
