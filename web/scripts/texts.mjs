// The texts of the interface and of the modules, for scripts that press what a person would press.
import { existsSync, readFileSync } from "node:fs";

export function readTexts(language) {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const generated = `../generated/locale.${language}.json`;
  const parts = ["", "admin/", "import/", "insight/"].map((folder) => read(`../src/locales/${folder}${language}.json`));
  const texts = Object.assign({}, ...parts, existsSync(new URL(generated, import.meta.url)) ? read(generated) : {});
  return (key) => texts[key] ?? key;
}
