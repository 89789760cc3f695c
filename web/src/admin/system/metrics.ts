/** One line of the Prometheus text format: name, labels, value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface RouteLoad {
  route: string;
  count: number;
  failed: number;
  mean_ms: number;
  /** Upper bound of the histogram's bucket that holds the 95th percentile; null above the last one. */
  p95_ms: number | null;
}

export function parseMetrics(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const match = /^([a-z_0-9]+)(?:\{(.*)\})? ([0-9.eE+-]+)$/.exec(line);
    if (!match) return [];
    const labels = Object.fromEntries([...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((pair) => [pair[1] ?? "", pair[2] ?? ""]));
    return [{ name: match[1] ?? "", labels, value: Number(match[3]) }];
  });
}

export function routeLoads(samples: Sample[]): RouteLoad[] {
  const of = (route: string, name: string) => samples.filter((sample) => sample.name === name && sample.labels.route === route);
  const routes = [...new Set(samples.filter((sample) => sample.name === "matvey_request_seconds_count").map((sample) => sample.labels.route ?? ""))];
  return routes.map((route) => {
    const count = of(route, "matvey_request_seconds_count")[0]?.value ?? 0;
    const sum = of(route, "matvey_request_seconds_sum")[0]?.value ?? 0;
    const failed = of(route, "matvey_requests_total").filter((sample) => sample.labels.status === "5xx").reduce((total, sample) => total + sample.value, 0);
    const bucket = of(route, "matvey_request_seconds_bucket").filter((sample) => sample.labels.le !== "+Inf").sort((a, b) => Number(a.labels.le) - Number(b.labels.le)).find((sample) => sample.value >= count * 0.95);
    return { route, count, failed, mean_ms: count > 0 ? (sum / count) * 1000 : 0, p95_ms: bucket ? Number(bucket.labels.le) * 1000 : null };
  }).sort((a, b) => b.count - a.count);
}
