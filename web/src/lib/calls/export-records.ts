import { Problem } from "@web/lib/problem";
import { exportHeaders } from "@web/lib/api";
import type { Query } from "@web/lib/filter";

/** The records of a query as a CSV file, saved by the browser as it streams. */
export async function exportRecords(plural: string, query: Query, file_name: string): Promise<void> {
  const response = await fetch(`/api/v1/${plural}:export`, { method: "POST", headers: exportHeaders(), body: JSON.stringify({ ...query, format: "csv" }), credentials: "same-origin" });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = file_name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
