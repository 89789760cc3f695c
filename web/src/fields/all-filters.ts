import type { FilterModule } from "@web/fields/types";

/** The filters of all types in one bundle, fetched before the first condition is edited. */
export const filters = import.meta.glob<FilterModule>("./*/filter.tsx", { eager: true });
