import { isLink, type AnyRecord } from "@web/lib/values";

export interface Branch {
  record: AnyRecord;
  depth: number;
  parent: number | null;
  children: number;
}

export function parentOf(record: AnyRecord): number | null {
  return isLink(record.parent) ? record.parent.id : null;
}

/** Departments in the order a tree is read; one whose parent is not there stands at the top. */
export function toBranches(records: AnyRecord[], closed: ReadonlySet<number>): Branch[] {
  const known = new Set(records.map((record) => record.id));
  const by_parent = new Map<number | null, AnyRecord[]>();
  for (const record of records) {
    const parent = parentOf(record);
    const place = parent !== null && known.has(parent) ? parent : null;
    by_parent.set(place, [...(by_parent.get(place) ?? []), record]);
  }
  const order = (a: AnyRecord, b: AnyRecord) => Number(a.position ?? 0) - Number(b.position ?? 0) || String(a.name).localeCompare(String(b.name));
  const out: Branch[] = [];
  const walk = (parent: number | null, depth: number) => {
    for (const record of [...(by_parent.get(parent) ?? [])].sort(order)) {
      out.push({ record, depth, parent, children: by_parent.get(record.id)?.length ?? 0 });
      if (!closed.has(record.id)) walk(record.id, depth + 1);
    }
  };
  walk(null, 0);
  return out;
}

/** The department itself and everything under it: where it cannot be moved. */
export function withinOf(records: AnyRecord[], id: number): Set<number> {
  const found = new Set([id]);
  for (let grew = true; grew;) {
    grew = false;
    for (const record of records) {
      const parent = parentOf(record);
      if (parent !== null && found.has(parent) && !found.has(record.id)) {
        found.add(record.id);
        grew = true;
      }
    }
  }
  return found;
}
