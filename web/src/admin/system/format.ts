import { localeTag, t } from "@web/lib/i18n";

export function formatMs(ms: number): string {
  return t("admin.ms", { value: new Intl.NumberFormat(localeTag(), { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms) });
}

const kUnits = ["admin.bytes_kb", "admin.bytes_mb", "admin.bytes_gb", "admin.bytes_tb"] as const;

export function formatBytes(bytes: number): string {
  let value = bytes / 1024, unit = 0;
  while (value >= 1024 && unit < kUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return t(kUnits[unit] ?? "admin.bytes_kb", { value: new Intl.NumberFormat(localeTag(), { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value) });
}
