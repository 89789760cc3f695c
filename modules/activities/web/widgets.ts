import { countDue } from "./my-day-calls";
import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [
  {
    slot: "page", key: "my-day", label: "web.my_day.title", icon: "sun", is_home: true,
    load: async () => (await import("./my-day")).MyDay,
    badge: {
      entities: ["task", "call", "meeting"],
      read: countDue,
    },
  },
];
