import { Progress } from "@mantine/core";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";

/** How far a job is; while nobody knows how much there is, only how much is done. */
export function JobProgress({ done, total }: { done: number; total: number }) {
  const is_known = total > done;
  return (
    <div>
      <Progress size="md" value={is_known ? (done / total) * 100 : 100} animated={!is_known} striped={!is_known} aria-label={t("import.progress")} />
      <p className="muted numbers">{is_known ? t("import.rows_of", { done: formatInteger(done), total: formatInteger(total) }) : t("import.rows_done", { done: formatInteger(done) })}</p>
    </div>
  );
}
