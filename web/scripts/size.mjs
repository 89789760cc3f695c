// Compressed weight of what a signed-in list loads first, from the build's manifest, beside the budget. Exit code 1 when over it.
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const kBudget_kb = 300;
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

function closure(keys) {
  const files = new Set();
  const walk = (key) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    if (manifest["style.css"]) files.add(manifest["style.css"].file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) walk(next);
  };
  keys.forEach(walk);
  return [...files];
}

const named = (name) => Object.keys(manifest).find((key) => manifest[key].name === name && manifest[key].file.endsWith(".js"));

function weigh(title, keys) {
  const rows = closure(keys).map((file) => {
    const path = join(dist, file);
    const size = (suffix) => { try { return statSync(path + suffix).size; } catch { return statSync(path).size; } };
    return { file, br: size(".br") / 1024, gz: size(".gz") / 1024 };
  }).sort((a, b) => b.br - a.br);
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  console.log(`${title}: ${sum("br").toFixed(1)} KB brotli, ${sum("gz").toFixed(1)} KB gzip`);
  for (const row of rows) console.log(`  ${row.br.toFixed(1).padStart(7)} ${row.gz.toFixed(1).padStart(7)}  ${row.file}`);
  return sum("gz");
}

weigh("sign-in page", ["index.html", "generated/locale.ru.json", "src/app/sign-in/sign-in.ts"]);
const list_kb = weigh("signed-in list", ["index.html", "generated/locale.ru.json", named("application")]);
console.log(`budget ${kBudget_kb} KB: ${list_kb <= kBudget_kb ? "kept" : "EXCEEDED"}`);
process.exitCode = list_kb <= kBudget_kb ? 0 : 1;
