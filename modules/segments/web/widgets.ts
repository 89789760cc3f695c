import type { Widget } from "@web/lib/widgets";

const kTargets = ["company", "contact", "deal", "lead"];

export const widgets: Widget[] = [
  { slot: "card.related", key: "segment-panel", entity: "segment", load: async () => (await import("./segment-panel")).SegmentPanel },
  ...kTargets.map((entity): Widget => ({ slot: "card.related", key: `segments-of-${entity}`, entity, load: async () => (await import("./record-segments")).RecordSegments })),
  { slot: "list.bulk", key: "segment-members", label: "web.segments.bulk", icon: "filter-star", entities: kTargets, load: async () => (await import("./segment-members")).SegmentMembers },
];
