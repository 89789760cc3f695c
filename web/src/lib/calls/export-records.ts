import { Problem } from "@web/lib/problem";
import { exportHeaders } from "@web/lib/api";
import type { Query } from "@web/lib/filter";

export interface ExportOptions {
  format: "csv" | "xlsx" | "vcard";
  /** Number and version of each record in front: the edited table can be uploaded again. */
  for_editing?: boolean;
  labels?: boolean;
}

/** The records of a query as a file, saved by the browser as it streams. */
export async function exportRecords(plural: string, query: Query, file_name: string, options: ExportOptions = { format: "csv" }): Promise<void> {
  const response = await fetch(`/api/v1/${plural}:export`, { method: "POST", headers: exportHeaders(), body: JSON.stringify({ ...query, ...options }), credentials: "same-origin" });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = file_name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
