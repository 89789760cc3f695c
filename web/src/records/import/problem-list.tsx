import type { FullReport, RowProblem } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInteger } from "@web/lib/format/number";
import { hasText, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/import/import.module.css";

const kShown = 100;

export function skipText(reason: string): string {
  const key = `import.skip_${reason}`;
  return hasText(key) ? t(key) : reason;
}

/** Rows that cannot be taken, each with its reason, and how many are passed over and why. */
export function ProblemList({ entity, report }: { entity: Entity; report: FullReport }) {
  const metadata = useMetadata();
  const place = (problem: RowProblem) => (problem.sheet ? t("import.row_of_sheet", { row: problem.row, sheet: problem.sheet }) : t("import.row_number", { row: problem.row }));
  const skips = new Map<string, number>();
  // Rows that wait for a decision are told apart.
  for (const skip of report.skips) skips.set(skip.reason, (skips.get(skip.reason) ?? 0) + 1);
  const known = (skips.get("duplicate") ?? 0) - report.review;
  if (known > 0) skips.set("duplicate", known);
  else skips.delete("duplicate");
  return (
    <>
      {skips.size > 0 && <p className="muted">{t("import.skips", { what: [...skips].map(([reason, count]) => `${skipText(reason)} — ${formatInteger(count)}`).join(", ") })}</p>}
      {report.failures.length > 0 && (
        <section aria-label={t("import.failures")}>
          <h2>{t("import.failures")}</h2>
          <ul className={classes.problems}>
            {report.failures.slice(0, kShown).map((problem, at) => (
              <li key={at}><strong className="numbers">{place(problem)}</strong><span>{problem.field ? `${metadata.field(entity, problem.field)?.label ?? problem.field}: ` : ""}{problem.message ?? problem.reason}</span></li>
            ))}
          </ul>
          {report.failures.length > kShown && <p className="muted">{t("import.first_shown", { shown: kShown, all: formatInteger(report.failures.length) })}</p>}
        </section>
      )}
    </>
  );
}
