import type { FieldPatch, Labels, OptionPatch } from "@web/admin/shared/metadata-calls";
import { keyFor } from "@web/fields/shared/options-setting";
import type { Language } from "@web/lib/i18n";
import type { Field, Option } from "@web/lib/metadata-types";

const kMultipleTypes = new Set(["url", "file", "image"]);
const kScaleTypes = new Set(["decimal", "money", "percent", "formula"]);
const kLengthTypes = new Set(["text", "long_text", "rich_text", "url"]);
const kBoundTypes = new Set(["integer", "decimal", "money", "percent"]);
const kColors = new Set(["success", "warning", "danger", "info", "muted", "accent"]);

export function labelsOf(language: Language, label: string, other: string): Labels {
  const labels: Labels = { [language]: label.trim() };
  if (other.trim()) labels[language === "ru" ? "en" : "ru"] = other.trim();
  return labels;
}

function optionBody(option: Option, key: string, language: Language): OptionPatch {
  const body: OptionPatch = { key, labels: { [language]: option.label.trim() } };
  if (option.color && kColors.has(option.color)) body.color = option.color;
  if (option.hidden) body.hidden = true;
  return body;
}

/** Options of a new field: keys are made of their labels. */
export function newOptions(options: Option[], language: Language): OptionPatch[] {
  const taken: string[] = [];
  return options.filter((option) => option.label.trim() !== "").map((option) => {
    const key = option.id ? option.key : keyFor(option.label, taken);
    taken.push(key);
    return optionBody(option, key, language);
  });
}

/** Options of a field that exists: known ones keep their key, a label is sent only where it differs. */
export function changedOptions(before: Option[], options: Option[], language: Language): OptionPatch[] {
  const taken = before.map((option) => option.key);
  return options.filter((option) => option.label.trim() !== "").map((option) => {
    const known = before.find((one) => one.id !== 0 && one.id === option.id);
    if (!known) {
      const key = keyFor(option.label, taken);
      taken.push(key);
      return optionBody(option, key, language);
    }
    const body = optionBody(option, known.key, language);
    if (known.label === option.label) delete body.labels;
    if (known.hidden && !option.hidden) body.hidden = false;
    return body;
  });
}

/** A new custom field as the server takes it: only the properties that its type knows. */
export function newFieldBody(settings: Partial<Field>, labels: Labels, taken: string[], language: Language): Record<string, unknown> {
  const type = settings.type ?? "text";
  const body: Record<string, unknown> = { key: `x_${keyFor(labels.en ?? labels.ru ?? "field", taken.map((key) => key.replace(/^x_/, ""))).slice(0, 36).replace(/_+$/, "")}`, type, labels };
  for (const flag of ["required", "filterable", "sortable", "unique"] as const) if ((settings as Record<string, unknown>)[flag]) body[flag] = true;
  if (settings.multiple && kMultipleTypes.has(type)) body.multiple = true;
  if (typeof settings.scale === "number" && kScaleTypes.has(type)) body.scale = settings.scale;
  if (settings.max_length && kLengthTypes.has(type)) body.max_length = settings.max_length;
  for (const bound of ["min", "max"] as const) if (settings[bound] !== null && settings[bound] !== undefined && kBoundTypes.has(type)) body[bound] = settings[bound];
  if (settings.to?.length && (type === "link" || type === "link_any")) body.to = settings.to;
  if (type === "choice" || type === "multi_choice") body.options = newOptions(settings.options ?? [], language).map((option, at) => ({ ...option, id: at + 1 }));
  if (type === "formula") Object.assign(body, { expression: settings.expression ?? "", result: settings.result ?? "text" });
  return body;
}

/** What of a field that exists was changed. */
export function fieldPatch(before: Field, settings: Partial<Field>, label: string, other: string, language: Language): FieldPatch {
  const patch: FieldPatch = {};
  if (label.trim() !== before.label || other.trim()) patch.labels = labelsOf(language, label, other);
  for (const flag of ["required", "filterable", "sortable"] as const) if (Boolean(settings[flag]) !== Boolean(before[flag])) patch[flag] = Boolean(settings[flag]);
  const options = settings.options ?? [];
  if (JSON.stringify(options) !== JSON.stringify(before.options ?? [])) patch.options = changedOptions(before.options ?? [], options, language);
  return patch;
}
