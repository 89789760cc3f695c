import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [
  { slot: "page", key: "duplicates", label: "web.duplicates.title", icon: "copy", section: "clients", load: async () => (await import("./duplicates")).Duplicates },
];
