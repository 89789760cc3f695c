import { Button } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { NotImported } from "@web/records/import/not-imported";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { CheckStep } from "@web/records/import/check-step";
import { ColumnsStep } from "@web/records/import/columns-step";
import { FileStep } from "@web/records/import/file-step";
import classes from "@web/records/import/import.module.css";
import { ImportResult } from "@web/records/import/import-result";
import { RulesStep } from "@web/records/import/rules-step";
import { useImport } from "@web/records/import/use-import";

const kSteps = ["file", "columns", "rules", "check"] as const;
const kNext = { file: "import.to_columns", columns: "import.to_rules", rules: "import.to_check", check: "import.to_check" } as const;
type Step = (typeof kSteps)[number];

/** One import: its steps until it runs, then how it goes and what came of it. */
export function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const search = useSearch({ strict: false }) as { step?: Step };
  const navigate = useNavigate();
  const metadata = useMetadata();
  const { data, error, refetch, put, change, is_changing } = useImport(Number(id));
  const heading = useRef<HTMLHeadingElement>(null);
  const step = search.step && kSteps.includes(search.step) ? search.step : "columns";
  const shown = data?.job ? "result" : step;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    // Those who do not see the screen hear where they are now.
    if (before.current && before.current !== shown) heading.current?.focus();
    before.current = data ? shown : undefined;
  }, [shown, data]);
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} action={<Button component={Link} variant="default" to="/imports">{t("import.past")}</Button>} />;
  const entity = metadata.entity(data?.entity);
  if (!data) return <section className={classes.page} aria-busy="true"><div className={classes.waiting} /></section>;
  if (!entity || (data.purged && !data.job)) return <NotImported />;
  const go = (next: Step) => void navigate({ to: "/imports/$id", params: { id }, search: { step: next } as never });
  const at = kSteps.indexOf(step);
  const given = { entity, current: data, change, is_changing };
  return (
    <section className={classes.page} aria-label={t("import.title", { entity: entity.label.many })}>
      <header className={classes.head}>
        <h1 ref={heading} tabIndex={-1}>{t("import.title", { entity: entity.label.many })}</h1>
        <span className="muted cut" title={data.file_name}>{data.file_name}</span>
        <span className={classes.gap} />
        <Button className={classes.wide} component={Link} to="/imports" size="xs" variant="default">{t("import.past")}</Button>
      </header>
      {data.job ? <ImportResult entity={entity} current={data} put={put} refetch={() => void refetch()} /> : (
        <>
          <ol className={classes.steps} aria-label={t("import.steps")}>
            {kSteps.map((one, number) => (
              <li key={one}>
                <button type="button" aria-current={one === step ? "step" : undefined} data-done={number < at || undefined} onClick={() => go(one)}><span className="numbers">{number + 1}</span>{t(`import.step_${one}`)}</button>
              </li>
            ))}
          </ol>
          <div className={classes.step}>
            {step === "file" && <FileStep {...given} />}
            {step === "columns" && <ColumnsStep {...given} />}
            {step === "rules" && <RulesStep {...given} />}
            {step === "check" && <CheckStep {...given} put={put} />}
          </div>
          {step !== "check" && (
            <footer className={classes.foot}>
              {at > 0 && <Button variant="default" onClick={() => go(kSteps[at - 1] ?? "file")}>{t("import.back")}</Button>}
              <Button loading={is_changing} onClick={() => go(kSteps[at + 1] ?? "check")}>{t(kNext[step])}</Button>
            </footer>
          )}
        </>
      )}
    </section>
  );
}
