// House rules a machine can check: import order of folders, names, file length, no default exports, `any`, enums or barrel files,
// no wait that takes a promise for its answer, and locales with the same keys in ru and en, every key used, no Latin words left in
// Russian texts. Exit code 1 on a finding.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(web);
const kMay = {
  lib: ["lib"], kit: ["lib", "kit"], fields: ["lib", "kit", "fields"], records: ["lib", "kit", "fields", "records"],
  flow: ["lib", "kit", "fields", "records", "flow"], insight: ["lib", "kit", "fields", "records", "insight"], admin: ["lib", "kit", "fields", "records", "admin"],
  app: ["lib", "kit", "fields", "records", "flow", "insight", "admin", "app"], modules: ["lib", "kit", "fields", "records", "flow", "insight"],
};
const kComponentLines = 250;
const kOtherLines = 400;
const findings = [];

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? (name === "node_modules" ? [] : walk(path)) : [path];
  });
}

const moduleFolders = existsSync(join(repository, "modules")) ? readdirSync(join(repository, "modules")).map((name) => join(repository, "modules", name)) : [];
const sources = [join(web, "src"), ...moduleFolders.map((folder) => join(folder, "web"))].flatMap(walk);

for (const path of sources.filter((one) => /\.tsx?$/.test(one))) {
  const name = relative(repository, path);
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const say = (line, what) => findings.push(`${name}:${line + 1}: ${what}`);
  if (!/^[a-z0-9.-]+$/.test(path.split("/").pop())) say(0, "file names are kebab-case");
  const limit = path.endsWith(".tsx") ? kComponentLines : kOtherLines;
  if (lines.length > limit) say(limit, `longer than ${limit} lines`);
  if (/\/index\.tsx?$/.test(path)) say(0, "barrel files are not used");
  const place = path.startsWith(join(web, "src")) ? relative(join(web, "src"), path).split("/")[0] : "modules";
  lines.forEach((line, at) => {
    if (/^export default\b/.test(line)) say(at, "default export");
    if (/(:|as|<)\s*any\b(?!\w)/.test(line) && !/^\s*(\/\/|\*)/.test(line)) say(at, "any");
    if (/^\s*(export\s+)?(const\s+)?enum\b/.test(line)) say(at, "enum");
    if (place !== "modules" && /from "\.\.?\//.test(line)) say(at, "import by @web/…, not by a relative path");
    const target = /(?:from|import\() ?"@web\/(\w+)\//.exec(line)?.[1];
    if (target && kMay[place] && target !== "locales" && !kMay[place].includes(target)) say(at, `${place} may not import ${target}`);
  });
}

// It takes the promise itself for the answer: such a wait is over at once and shows nothing.
const kUnawaited = /\bwaitForFunction\((async\b|[^;\n]*\bfetch\()/;
for (const path of walk(join(web, "journeys")).filter((one) => one.endsWith(".mjs"))) {
  readFileSync(path, "utf8").split("\n").forEach((line, at) => {
    if (kUnawaited.test(line)) findings.push(`${relative(repository, path)}:${at + 1}: waitForFunction does not wait for promises: untilTrue does`);
  });
}

const locales = Object.fromEntries(["ru", "en"].map((language) => [language, {
  ...Object.assign({}, ...["", "admin/", "import/", "insight/"].map((part) => JSON.parse(readFileSync(join(web, `src/locales/${part}${language}.json`), "utf8")))),
}]));
const stem = (key) => key.replace(/\.(one|two|few|many|other|zero)$/, "");
const stems = (language) => new Set(Object.keys(locales[language]).map(stem));
for (const key of stems("ru")) if (!stems("en").has(key)) findings.push(`src/locales/en.json: lacks ${key}`);
for (const key of stems("en")) if (!stems("ru").has(key)) findings.push(`src/locales/ru.json: lacks ${key}`);
const kKnownLatin = /\b(Matvey|CSV|API|Ctrl|Enter|Esc|Escape|Shift|Alt|Tab|XLSX|PDF|Telegram|WhatsApp|VK|Viber|e-mail|URL|HTML|DMN|FEEL|JSON|ID|UID|CRM|BPMN|XML|SQL|Max|SMTP|STARTTLS|IMAP|TLS|BIC|KPP|POST|webhook|Excel|vcf|amoCRM)\b/gi;
for (const [key, text] of Object.entries(locales.ru)) {
  const left = text.replace(/\{\w+\}/g, "").replace(kKnownLatin, "");
  if (/[A-Za-z]{3,}/.test(left)) findings.push(`src/locales/ru.json: ${key} holds Latin words: ${text}`);
}
for (const [language, texts] of Object.entries(locales)) {
  for (const [key, text] of Object.entries(texts)) if (!String(text).trim()) findings.push(`src/locales/${language}.json: ${key} is empty`);
}
const all = sources.filter((one) => /\.tsx?$/.test(one)).map((path) => readFileSync(path, "utf8")).join("\n");
const prefixes = [...all.matchAll(/`([a-z_.]+[._])\$\{/g)].map((match) => match[1]);
for (const key of stems("ru")) {
  if (!all.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix))) findings.push(`src/locales/ru.json: ${key} is not used`);
}

for (const finding of findings) console.log(finding);
console.log(findings.length ? `${findings.length} findings` : "web: all rules kept");
process.exitCode = findings.length ? 1 : 0;
