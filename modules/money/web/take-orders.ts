import { exportHeaders } from "@web/lib/api";
import { Problem } from "@web/lib/problem";

const kFileName = "1c_to_kl.txt";

/** Outgoing payments as a file of payment orders, saved by the browser for the client bank. */
export async function takeOrders(ids: number[]): Promise<void> {
  const headers = exportHeaders();
  headers.set("Accept", "application/octet-stream");
  const response = await fetch("/api/v1/payments:bank-file", { method: "POST", headers, body: JSON.stringify({ ids }), credentials: "same-origin" });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = kFileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
