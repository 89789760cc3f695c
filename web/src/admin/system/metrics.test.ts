import { expect, test } from "vitest";
import { parseMetrics, routeLoads } from "@web/admin/system/metrics";

const kText = `# TYPE matvey_requests_total counter
matvey_requests_total{route="/api/v1/{plural}",status="2xx"} 9
matvey_requests_total{route="/api/v1/{plural}",status="5xx"} 1
matvey_request_seconds_bucket{route="/api/v1/{plural}",le="0.001000"} 5
matvey_request_seconds_bucket{route="/api/v1/{plural}",le="0.010000"} 10
matvey_request_seconds_bucket{route="/api/v1/{plural}",le="+Inf"} 10
matvey_request_seconds_sum{route="/api/v1/{plural}"} 0.020000
matvey_request_seconds_count{route="/api/v1/{plural}"} 10
matvey_query_calls_total{query="list"} 4
matvey_query_seconds_total{query="list"} 0.008000
matvey_query_max_seconds{query="list"} 0.005000
`;

test("a route tells how many requests it had, how many failed and how quick it was", () => {
  expect(routeLoads(parseMetrics(kText))).toEqual([{ route: "/api/v1/{plural}", count: 10, failed: 1, mean_ms: 2, p95_ms: 10 }]);
});

test("comments and torn lines are passed over", () => {
  expect(parseMetrics("# HELP x\nbroken{\n\n")).toEqual([]);
});
