import { useQuery } from "@tanstack/react-query";
import { AdminPage } from "@web/admin/shared/admin-page";
import { Waiting } from "@web/admin/shared/waiting";
import { Background } from "@web/admin/system/background";
import { formatBytes, formatMs } from "@web/admin/system/format";
import { Loads } from "@web/admin/system/loads";
import { readSystem, type SystemState } from "@web/admin/system/status";
import system from "@web/admin/system/system.module.css";
import { Verdict } from "@web/admin/system/verdict";
import { ErrorNotice } from "@web/kit/error-notice";
import { formatDuration, formatInstantFully } from "@web/lib/format/date";
import { formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";

const kRefresh_ms = 5000;

/** Whether the program is well and, if not, what to look at; then the figures. */
export function SystemPage() {
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "system"], queryFn: ({ signal }) => readSystem(signal), refetchInterval: kRefresh_ms, staleTime: 0 });
  return (
    <AdminPage title={t("settings.page_system")} hint={t("admin.system_hint")} actions={<a href="/metrics" target="_blank" rel="noreferrer">{t("admin.system_metrics")}</a>}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting /> : (
        <>
          <Verdict state={data} />
          <Facts state={data} />
          <Background status={data.status} />
          <Loads state={data} />
        </>
      )}
    </AdminPage>
  );
}

function uptimeOf({ status }: SystemState): string {
  const seconds = Math.max(0, (Date.parse(status.at) - Date.parse(status.started_at)) / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 1 ? t("admin.system_just_started") : formatDuration(`PT${minutes >= 1440 ? minutes - (minutes % 60) : minutes}M`);
}

function Facts({ state }: { state: SystemState }) {
  const { status, answer_ms } = state;
  const facts: { label: string; value: string; more?: string }[] = [
    { label: t("admin.system_program"), value: `Matvey ${status.version}` },
    { label: t("admin.system_uptime"), value: uptimeOf(state), more: formatInstantFully(status.started_at) },
    { label: t("admin.system_answer"), value: formatMs(answer_ms) },
    { label: t("admin.system_memory"), value: formatBytes(status.memory_bytes) },
    { label: t("admin.system_base"), value: formatBytes(status.database.size_bytes), more: `${status.database.kind === "sqlite" ? "SQLite" : "PostgreSQL"} ${status.database.version.split(" ")[0] ?? ""}` },
    { label: t("admin.system_files"), value: formatBytes(status.files.size_bytes), more: tn("admin.system_files_count", status.files.count) },
    { label: t("admin.system_online"), value: formatInteger(status.http.streams_open ?? 0), more: t("admin.system_online_more", { count: formatInteger(status.http.connections_open ?? 0) }) },
    { label: t("admin.system_requests"), value: formatInteger(status.http.requests ?? 0), more: status.http.rejected ? t("admin.system_rejected", { count: formatInteger(status.http.rejected) }) : "" },
  ];
  return (
    <dl className={system.facts}>
      {facts.map((fact) => <div key={fact.label}><dt>{fact.label}</dt><dd className="numbers">{fact.value}{fact.more && <small>{fact.more}</small>}</dd></div>)}
    </dl>
  );
}
