import { Button } from "@mantine/core";
import { IconFileSpreadsheet, IconFileUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { forgetImport, readImports, type Import } from "@web/lib/calls/imports";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { readTitles } from "@web/lib/calls/read-titles";
import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { countsOf, countsOfJob } from "@web/records/import/counts";
import classes from "@web/records/import/import.module.css";
import { stateOf, stateTone } from "@web/records/import/import-state";
import { isBusy } from "@web/records/import/use-import";

const kPoll_ms = 1500;

/** Imports of the past, those at work and those only begun; each leads to its own page. */
export function ImportsPage() {
  const me = useMe();
  const metadata = useMetadata();
  const { data, error, refetch } = useQuery({
    queryKey: ["imports"], queryFn: ({ signal }) => readImports(signal), staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some((one) => isBusy(one.job)) ? kPoll_ms : false),
  });
  const imports = data?.filter((one) => one.job !== null || !one.purged) ?? [];
  const users = metadata.entity("user");
  const authors = [...new Set(imports.map((one) => one.created_by))].filter((id) => id > 0 && id !== me.user.id);
  const { data: names } = useQuery({ queryKey: ["titles", "user", authors], enabled: users !== undefined && authors.length > 0, queryFn: () => (users ? readTitles(users, authors) : new Map<number, string>()) });
  const start = <Button component={Link} to="/imports/new" size="xs" leftSection={<IconFileUpload size={16} />}>{t("import.start_title")}</Button>;
  const forget = async (one: Import) => {
    try {
      await forgetImport(one.id);
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    await refetch();
  };
  return (
    <section className={classes.page} aria-label={t("import.past")}>
      <header className={classes.head}>
        <h1>{t("import.past")}</h1>
        <span className={classes.gap} />
        {start}
      </header>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <div className={classes.waiting} aria-busy="true" /> : imports.length === 0 ? (
        <EmptyState icon={<IconFileSpreadsheet size={28} />} title={t("import.past_empty")} text={t("import.past_empty_text")} action={start} />
      ) : (
        <ul className={classes.past}>
          {imports.map((one) => (
            <li key={one.id}>
              <div className={classes.pastName}>
                <Link to="/imports/$id" params={{ id: String(one.id) }}>{one.file_name}</Link>
                <p className="muted">{[metadata.entity(one.entity)?.label.many ?? one.entity, one.created_by === me.user.id ? "" : names?.get(one.created_by)].filter(Boolean).join(" · ")}{" · "}<time dateTime={one.created_at} title={formatInstantFully(one.created_at)}>{formatInstant(one.created_at)}</time></p>
              </div>
              <Badge tone={stateTone(stateOf(one))}>{t(`import.state_${stateOf(one)}`)}</Badge>
              <span className={`${classes.pastCounts} muted numbers`}>{countText(one)}</span>
              {!one.purged && !isBusy(one.job) && one.job?.state !== "paused" && <Button size="compact-sm" variant="subtle" aria-label={t(one.job ? "import.forget_of" : "import.drop_of", { file: one.file_name })} title={t(one.job ? "import.forget_hint" : "import.drop")} onClick={() => void forget(one)}>{t(one.job ? "import.forget" : "import.drop_draft")}</Button>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function countText(one: Import): string {
  if (!one.job) return "";
  const counts = one.report && !one.report.dry_run ? countsOf(one.report) : countsOfJob(one.job);
  const parts = (["created", "updated", "failed", "review"] as const).filter((status) => (counts[status] ?? 0) > 0);
  return parts.map((status) => `${t(`import.was_${status}`).toLowerCase()} ${formatInteger(counts[status] ?? 0)}`).join(", ");
}
