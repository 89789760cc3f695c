import { formatInteger } from "@web/lib/format/number";
import type { ImportJob, ImportReport, RowStatus } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Tone } from "@web/kit/tone";
import classes from "@web/records/import/import.module.css";

export type Counts = Partial<Record<RowStatus, number>>;

const kTones: [Exclude<RowStatus, "doubtful">, Tone][] = [["created", "success"], ["updated", "info"], ["skipped", "neutral"], ["failed", "danger"], ["review", "warning"]];

/** The counts of a report, rows that wait for a decision apart from those passed over. */
export function countsOf(report: ImportReport): Counts {
  return { created: report.created, updated: report.updated, skipped: report.skipped - report.review, failed: report.failed, review: report.review };
}

export function countsOfJob(job: ImportJob): Counts {
  return job.counts ?? {};
}

/** How many rows went which way; in a trial: would go. */
export function CountTiles({ counts, is_trial = false }: { counts: Counts; is_trial?: boolean }) {
  return (
    <dl className={classes.tiles}>
      {kTones.filter(([status]) => (counts[status] ?? 0) > 0 || (status !== "review" && status !== "failed")).map(([status, tone]) => (
        <div key={status} data-tone={counts[status] ? tone : "neutral"}>
          <dt>{t(is_trial ? `import.will_${status}` : `import.was_${status}`)}</dt>
          <dd className="numbers">{formatInteger(counts[status] ?? 0)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** «Создано рядом: Контакты 12, Компании 3». */
export function RelatedCounts({ related, is_trial = false }: { related: Record<string, number>; is_trial?: boolean }) {
  const metadata = useMetadata();
  const parts = Object.entries(related).filter(([, count]) => count > 0).map(([plural, count]) => `${metadata.byPlural(plural)?.label.many ?? plural} — ${formatInteger(count)}`);
  return parts.length > 0 ? <p>{t(is_trial ? "import.will_relate" : "import.related", { what: parts.join(", ") })}</p> : null;
}
