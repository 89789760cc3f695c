import type { FieldPatch, Labels, OptionPatch } from "@web/admin/shared/metadata-calls";
import { changedWords, filledWords, toWords, type EntityTexts, type TextsPatch, type Words } from "@web/admin/shared/texts";
import { keyFor } from "@web/fields/shared/options-setting";
import type { Field, FieldType, Option } from "@web/lib/metadata-types";

const kMultipleTypes = new Set(["url", "file", "image"]);
const kScaleTypes = new Set(["decimal", "money", "percent", "formula"]);
export const kLengthTypes: ReadonlySet<FieldType> = new Set<FieldType>(["text", "long_text", "rich_text", "url"]);
export const kBoundTypes: ReadonlySet<FieldType> = new Set<FieldType>(["integer", "decimal", "money", "percent"]);
export const kUniqueTypes: ReadonlySet<FieldType> = new Set<FieldType>(["text", "integer", "date"]);
const kColors = new Set(["success", "warning", "danger", "info", "muted", "accent"]);

/** An option as it is edited: its name in both languages. */
export interface OptionDraft {
  key: string;
  /** 0: new. */
  id: number;
  words: Words;
  color?: string | null;
  hidden?: boolean;
}

export interface FieldDraft {
  words: Words;
  help: Words;
  settings: Partial<Field>;
  options: OptionDraft[];
}

const kNoWords: Words = { ru: "", en: "" };

function hasName(option: OptionDraft): boolean {
  return option.words.ru.trim() !== "" || option.words.en.trim() !== "";
}

export function optionDrafts(options: Option[], texts: Record<string, Labels> | undefined): OptionDraft[] {
  return options.map(({ key, id, color, hidden }) => ({ key, id, words: toWords(texts?.[key]), color: color ?? null, hidden: hidden ?? false }));
}

export function draftOf(field: Field | undefined, texts: EntityTexts | undefined): FieldDraft {
  if (!field) return { words: kNoWords, help: kNoWords, settings: { type: "text", filterable: true }, options: [] };
  return { words: toWords(texts?.fields?.[field.key]), help: toWords(texts?.help?.[field.key]), settings: field, options: optionDrafts(field.options ?? [], texts?.options?.[field.key]) };
}

function optionBody(option: OptionDraft, key: string): OptionPatch {
  const body: OptionPatch = { key };
  if (option.color && kColors.has(option.color)) body.color = option.color;
  if (option.hidden) body.hidden = true;
  return body;
}

/** Options in the order they have now; known ones keep their key, new ones get one made of their name. */
export function optionBodies(before: Option[], options: OptionDraft[]): OptionPatch[] {
  const taken = before.map((option) => option.key);
  return options.filter((option) => option.id !== 0 || hasName(option)).map((option) => {
    const known = before.find((one) => one.id !== 0 && one.id === option.id);
    if (known) return { ...optionBody(option, known.key), ...(known.hidden && !option.hidden ? { hidden: false } : {}) };
    const key = keyFor(option.words.en.trim() || option.words.ru, taken);
    taken.push(key);
    return { ...optionBody(option, key), labels: filledWords(option.words) };
  });
}

/** Names of known options that changed. */
export function optionTexts(before: OptionDraft[], options: OptionDraft[]): Record<string, NonNullable<ReturnType<typeof changedWords>>> | undefined {
  const changed = options.filter((option) => option.id !== 0 && hasName(option)).flatMap((option) => {
    const words = changedWords(before.find((one) => one.id === option.id)?.words ?? kNoWords, option.words);
    return words ? [[option.key, words] as const] : [];
  });
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

/** A new custom field as the server takes it: only the properties that its type knows. */
export function newFieldBody({ words, help, settings, options }: FieldDraft, taken: string[]): Record<string, unknown> {
  const type = settings.type ?? "text";
  const key = keyFor(words.en.trim() || words.ru.trim() || "field", taken.map((one) => one.replace(/^x_/, ""))).slice(0, 36).replace(/_+$/, "");
  const body: Record<string, unknown> = { key: `x_${key}`, type, labels: filledWords(words) };
  if (Object.keys(filledWords(help)).length > 0) body.help = filledWords(help);
  for (const flag of ["required", "filterable", "sortable"] as const) if (settings[flag]) body[flag] = true;
  if (settings.unique && kUniqueTypes.has(type)) body.unique = true;
  if (settings.multiple && kMultipleTypes.has(type)) body.multiple = true;
  if (typeof settings.scale === "number" && kScaleTypes.has(type)) body.scale = settings.scale;
  if (settings.max_length && kLengthTypes.has(type)) body.max_length = settings.max_length;
  for (const bound of ["min", "max"] as const) if (settings[bound] !== null && settings[bound] !== undefined && kBoundTypes.has(type)) body[bound] = settings[bound];
  if (settings.to?.length && (type === "link" || type === "link_any")) body.to = settings.to;
  if (type === "choice" || type === "multi_choice") body.options = optionBodies([], options).map((option, at) => ({ ...option, id: at + 1 }));
  if (type === "formula") Object.assign(body, { expression: settings.expression ?? "", result: settings.result ?? "text" });
  return body;
}

/** What of a field that exists was changed, its texts apart. */
export function fieldPatch(before: Field, { settings, options }: FieldDraft): FieldPatch {
  const patch: FieldPatch = {};
  for (const flag of ["required", "unique", "filterable", "sortable"] as const) if (Boolean(settings[flag]) !== Boolean(before[flag])) patch[flag] = Boolean(settings[flag]);
  for (const bound of ["min", "max"] as const) if (String(settings[bound] ?? "") !== String(before[bound] ?? "")) patch[bound] = settings[bound] === null || settings[bound] === undefined ? null : String(settings[bound]);
  if ((settings.max_length ?? null) !== (before.max_length ?? null)) patch.max_length = settings.max_length ?? null;
  if (before.type === "formula" && settings.expression !== before.expression) patch.expression = settings.expression ?? "";
  if (before.options?.length || options.length > 0) {
    const was = optionBodies(before.options ?? [], optionDrafts(before.options ?? [], undefined));
    const now = optionBodies(before.options ?? [], options);
    if (JSON.stringify(now) !== JSON.stringify(was)) patch.options = now;
  }
  return patch;
}

export function fieldTexts(key: string, before: FieldDraft, after: FieldDraft): TextsPatch {
  const words = changedWords(before.words, after.words), help = changedWords(before.help, after.help), options = optionTexts(before.options, after.options);
  return { ...(words ? { fields: { [key]: words } } : {}), ...(help ? { help: { [key]: help } } : {}), ...(options ? { options: { [key]: options } } : {}) };
}
