// Metadata in the shape of GET /metadata, made from the shipped entity files and locales, as the program makes it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const filesIn = (path) => (existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".json")).map((name) => join(path, name)) : []);
const modules = readdirSync(join(repository, "modules"), { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => join(repository, "modules", one.name));

const kMulti = new Set(["phone", "email", "messenger", "address", "tags", "multi_choice", "many_to_many"]);
const kSystemFields = [["id", "integer"], ["uid", "text"], ["version", "integer"], ["created_at", "instant"], ["updated_at", "instant"], ["created_by", "user"], ["updated_by", "user"], ["deleted_at", "instant"]];
const kSystemLabels = { ru: ["№", "UID", "Версия", "Создано", "Изменено", "Кто создал", "Кто изменил", "Удалено"], en: ["No.", "UID", "Version", "Created", "Updated", "Created by", "Updated by", "Deleted"] };

function flatten(value, prefix, into) {
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (inner && typeof inner === "object") flatten(inner, path, into);
    else into[path] = inner;
  }
  return into;
}

function textsOf(language) {
  const places = [join(repository, "server/locales"), ...modules.map((folder) => join(folder, "locales"))];
  return Object.assign({}, ...places.map((folder) => join(folder, `${language}.json`)).filter(existsSync).map((path) => flatten(readJson(path), "", {})));
}

function fieldOf(field, base, texts, timeline) {
  const to = field.to?.flatMap((key) => (key === "@timeline" ? timeline : [key])) ?? null;
  return {
    help: null, required: false, read_only: ["formula", "roll_up", "auto_number"].includes(field.type), filterable: false, sortable: false, custom: false, can_update: !field.read_only, ...field, to,
    multiple: field.multiple ?? kMulti.has(field.type), label: texts[`${base}.fields.${field.key}`] ?? field.key,
    options: field.options?.map((option) => ({ color: null, hidden: false, ...option, label: texts[`${base}.options.${field.key}.${option.key}`] ?? option.key })) ?? null,
    kinds: field.kinds?.map((kind) => ({ key: kind, label: texts[`${base}.kinds.${field.key}.${kind}`] ?? kind })) ?? null,
  };
}

export function metadata(language) {
  const texts = textsOf(language);
  const places = [join(repository, "server/entity/entities"), ...modules.map((folder) => join(folder, "entities"))];
  const files = places.flatMap(filesIn).map(readJson);
  if (!files.some((file) => file.key === "user")) files.push({ key: "user", id: 1, plural: "users", kind: "system", icon: "user", title: "name", fields: [{ key: "name", id: 1, type: "text", filterable: true, sortable: true }] });
  const timeline = files.filter((file) => file.timeline).map((file) => file.key);
  const entities = files.map((file) => {
    const base = `entities.${file.key}`;
    const system = kSystemFields.map(([key, type], at) => ({ key, id: 1001 + at, type, label: kSystemLabels[language][at], system: true, read_only: true, filterable: true, sortable: true, custom: false, hidden: ["uid", "version", "deleted_at"].includes(key), multiple: false, options: null, kinds: null, to: null, can_update: false }));
    const is_user = file.key === "user";
    return {
      kind: "record", owner: null, timeline: false, visibility: {}, rules: [], card: {}, stages: null, ...file,
      label: { one: texts[`${base}.one`] ?? (is_user ? "Сотрудник" : file.key), many: texts[`${base}.many`] ?? (is_user ? "Сотрудники" : file.plural) },
      can: { create: true, read: true, update: true, delete: true, export: true }, fields: [...file.fields.map((field) => fieldOf(field, base, texts, timeline)), ...system],
      views: (file.views ?? []).map((view) => ({ ...view, label: texts[`${base}.views.${view.key}`] ?? view.key })),
      related: files.flatMap((other) => other.fields.filter((field) => field.type === "link" && field.to?.includes(file.key) || field.type === "link_any" && timeline.includes(file.key)).map((field) => ({ entity: other.key, field: field.key, label: texts[`entities.${other.key}.many`] ?? other.plural }))),
    };
  });
  return { version: 1, entities };
}
