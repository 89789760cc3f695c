// Reads the shipped entity files and writes generated/: record types, the icons that entities name, and the
// texts of each language (src/locales and the keys `web.*` of modules/<m>/locales). Needs no running server.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(web);
const target = join(web, "generated");

/** Icons offered for custom entities and stages, beside those the shipped entities name. */
const kCommonIcons = ["box", "briefcase", "building", "calendar", "car", "file-text", "flag", "folder", "heart", "home", "key", "list",
  "map-pin", "message", "package", "phone", "puzzle", "shopping-cart", "star", "tag", "tool", "truck", "user", "users", "wallet",
  "activity", "history", "layout-list", "list-check", "mail", "network", "route", "settings", "shield", "user-check", "webhook"];

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

function folders(path) {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name)).sort();
}

function jsonFiles(path) {
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith(".json")).sort().map((name) => join(path, name));
}

function readEntities() {
  const places = [join(repository, "server/entity/entities"), ...folders(join(repository, "modules")).map((folder) => join(folder, "entities"))];
  return places.flatMap(jsonFiles).map((path) => ({ path, entity: readJson(path) })).filter(({ path, entity }) => {
    if (typeof entity.key !== "string" || !Array.isArray(entity.fields)) throw new Error(`${path}: an entity file needs "key" and "fields"`);
    return true;
  }).map(({ entity }) => entity);
}

const pascal = (key) => key.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("");

function valueType(field) {
  const options = () => (field.options?.length ? field.options.map((option) => JSON.stringify(option.key)).join(" | ") : "string");
  switch (field.type) {
    case "integer": return "number | null";
    case "bool": return "boolean | null";
    case "money": return "Money | null";
    case "link": return `Link<${(field.to ?? []).map((key) => JSON.stringify(key)).join(" | ") || "string"}> | null`;
    case "user": return "Link<\"user\"> | null";
    case "link_any": return "AnyLink | null";
    case "many_to_many": return "Link[]";
    case "phone": return "Phone[]";
    case "email": return "Email[]";
    case "messenger": return "Messenger[]";
    case "address": return "Address[]";
    case "file": case "image": return field.multiple ? "FileValue[]" : "FileValue | null";
    case "url": return field.multiple ? "string[]" : "string | null";
    case "tags": return "string[]";
    case "multi_choice": return `(${options()})[]`;
    case "choice": return `${options()} | null`;
    case "formula": case "roll_up": return "unknown";
    default: return "string | null";
  }
}

function entityTypes(entities) {
  const lines = ["// Written by scripts/generate.mjs from the entity files; never committed.",
    "import type { Address, AnyLink, BaseRecord, Email, FileValue, Link, Messenger, Money, Phone } from \"@web/lib/values\";", ""];
  for (const entity of entities) {
    lines.push(`/** ${entity.plural ?? entity.key} */`, `export interface ${pascal(entity.key)} extends BaseRecord {`);
    for (const field of entity.fields) lines.push(`  ${field.key}: ${valueType(field)};`);
    lines.push("}", "");
  }
  lines.push("export interface EntityTypes {");
  for (const entity of entities) lines.push(`  ${entity.key}: ${pascal(entity.key)};`);
  lines.push("}", "");
  const used = ["Address", "AnyLink", "Email", "FileValue", "Link", "Messenger", "Money", "Phone"]
    .filter((name) => lines.slice(2).some((line) => new RegExp(`\\b${name}\\b`).test(line)));
  lines[1] = `import type { ${[...used, "BaseRecord"].sort().join(", ")} } from "@web/lib/values";`;
  if (!entities.length) lines.splice(1, 1);
  return lines.join("\n");
}

function iconMap(entities) {
  const source = readdirSync(join(web, "node_modules/@tabler/icons-react/dist/esm/icons"));
  const known = new Set(source.filter((name) => name.endsWith(".mjs")).map((name) => name.slice(0, -4)));
  const names = new Set(["box"]);
  for (const entity of entities) if (entity.icon) names.add(entity.icon);
  const definitions = [...folders(join(repository, "modules")).map((folder) => join(folder, "web/widgets.ts")), ...["flow", "insight", "admin"].map((folder) => join(web, "src", folder, "pages.ts"))];
  for (const path of definitions.filter(existsSync)) for (const match of readFileSync(path, "utf8").matchAll(/\bicon: "([a-z0-9-]+)"/g)) names.add(match[1]);
  const component = (name) => `Icon${name.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("")}`;
  const checked = (list) => [...list].sort().filter((name) => {
    const has_icon = known.has(component(name));
    if (!has_icon) console.warn(`generate: no icon named "${name}"`);
    return has_icon;
  });
  const file = (list) => [
    "// Written by scripts/generate.mjs; never committed.",
    "import type { Icon } from \"@tabler/icons-react\";",
    ...list.map((name) => `import ${component(name)} from "@tabler/icons-react/dist/esm/icons/${component(name)}.mjs";`),
    "", "export const icons: Record<string, Icon> = {",
    ...list.map((name) => `  ${JSON.stringify(name)}: ${component(name)} as unknown as Icon,`), "};", ""].join("\n");
  writeFileSync(join(target, "icons.ts"), file(checked(names)));
  writeFileSync(join(target, "more-icons.ts"), file(checked(new Set(kCommonIcons)).filter((name) => !names.has(name))));
}

function flatten(value, prefix, into) {
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (inner && typeof inner === "object") flatten(inner, path, into);
    else into[path] = String(inner);
  }
  return into;
}

function localeFiles() {
  for (const language of ["ru", "en"]) {
    const texts = readJson(join(web, "src/locales", `${language}.json`));
    for (const folder of folders(join(repository, "modules"))) {
      const path = join(folder, "locales", `${language}.json`);
      if (!existsSync(path)) continue;
      for (const [key, text] of Object.entries(flatten(readJson(path), "", {}))) if (key.startsWith("web.")) texts[key] = text;
    }
    writeFileSync(join(target, `locale.${language}.json`), `${JSON.stringify(texts, null, 1)}\n`);
  }
}

/** The sections of the side menu, in their order, and what modules put into them (`menu` of module.json). */
function menu(entities) {
  const sections = Object.fromEntries(["clients", "sales", "documents", "catalog", "work"].map((section) => [section, []]));
  const placed = [];
  for (const folder of folders(join(repository, "modules"))) {
    const path = join(folder, "module.json");
    const declared = existsSync(path) ? readJson(path).menu : undefined;
    if (!declared) continue;
    placed.push(readJson(path).id);
    for (const [section, keys] of Object.entries(declared)) {
      if (!sections[section]) throw new Error(`${path}: there is no section "${section}" in the menu; there are ${Object.keys(sections).join(", ")}`);
      for (const key of keys) {
        const entity = entities.find((one) => one.key === key);
        if (!entity) throw new Error(`${path}: the menu names "${key}", which is no entity`);
        sections[section].push(entity);
      }
    }
  }
  const keys = Object.entries(sections).map(([section, found]) => [section, found.sort((a, b) => a.id - b.id).map((entity) => entity.key)]);
  return ["// Written by scripts/generate.mjs; never committed.",
    `export const kMenuSections = ${JSON.stringify(Object.fromEntries(keys))} as const satisfies Record<string, readonly string[]>;`,
    "/** Modules that say what of theirs the menu shows; of the others it shows what people own. */",
    `export const kMenuModules: readonly string[] = ${JSON.stringify(placed)};`, ""].join("\n");
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const entities = readEntities();
writeFileSync(join(target, "entities.ts"), entityTypes(entities));
writeFileSync(join(target, "icon-modules.d.ts"), "declare module \"@tabler/icons-react/dist/esm/icons/*.mjs\" {\n  import type { Icon } from \"@tabler/icons-react\";\n  const icon: Icon;\n  export default icon;\n}\n");
writeFileSync(join(target, "menu.ts"), menu(entities));
iconMap(entities);
localeFiles();
