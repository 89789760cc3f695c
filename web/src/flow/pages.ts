import type { PageDefinition } from "@web/lib/pages";

/** Pages of this folder; each gets its route and its menu entry. */
export const flow_pages: PageDefinition[] = [];
