import type { Operator } from "@web/lib/filter";

/** Operators by the nature of values; the first is the one a new condition begins with. */
export const kTextOperators: Operator[] = ["contains", "eq", "starts_with", "ne", "is_empty", "not_empty"];
export const kNumberOperators: Operator[] = ["gte", "lte", "eq", "between", "ne", "is_empty", "not_empty"];
export const kDateOperators: Operator[] = ["eq", "gte", "lte", "between", "is_empty", "not_empty"];
export const kChoiceOperators: Operator[] = ["in", "not_in", "is_empty", "not_empty"];
export const kSetOperators: Operator[] = ["any_of", "all_of", "none_of", "is_empty", "not_empty"];
export const kLinkOperators: Operator[] = ["in", "not_in", "is_empty", "not_empty"];
export const kBoolOperators: Operator[] = ["eq"];
export const kPresenceOperators: Operator[] = ["is_empty", "not_empty"];
export const kMultiTextOperators: Operator[] = ["contains", "is_empty", "not_empty"];
