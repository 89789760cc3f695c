import { kPresenceOperators } from "@web/fields/shared/filter-kinds";

export const operators = kPresenceOperators;

/** Present or absent; there is no value to ask for. */
export function Filter() {
  return null;
}
