import { expect, test } from "vitest";
import { troublesOf, type Status, type SystemState } from "@web/admin/system/status";

const kWell: Status = {
  version: "1", at: "", started_at: "", memory_bytes: 0, database: { kind: "sqlite", version: "3", size_bytes: 0, migration: 1, metadata_version: 1 }, files: { count: 0, size_bytes: 0 },
  consumers: [{ name: "web_hooks", handled: 5, behind: 3, last_error: "" }], schedules: [{ name: "reminders", period_s: 30, runs: 1, last_run: null, last_error: "" }],
  jobs: { failed: 2 }, web_hooks: { done: 3 }, http: { rejected: 0 }, queries: [],
};
const state = (changes: Partial<Status>, failed = 0): SystemState => ({ status: { ...kWell, ...changes }, answer_ms: 1, routes: [{ route: "/x", count: 9, failed, mean_ms: 1, p95_ms: 1 }] });

test("a program that keeps up has no troubles", () => {
  expect(troublesOf(state({}))).toEqual([]);
});

test("work that fails stands before work that is late, and that before refused requests", () => {
  const found = troublesOf(state({ consumers: [{ name: "web_hooks", handled: 0, behind: 900, last_error: "disk_full" }], http: { rejected: 4 }, web_hooks: { failed: 2 } }, 7));
  expect(found.map((one) => one.kind)).toEqual(["consumer", "behind", "failed", "rejected", "hooks"]);
});
