import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { workName } from "@web/admin/system/work-name";
import { troublesOf, type SystemState, type Trouble } from "@web/admin/system/status";
import system from "@web/admin/system/system.module.css";
import { t, tn } from "@web/lib/i18n";

function troubleText(trouble: Trouble): string {
  switch (trouble.kind) {
    case "consumer":
    case "schedule": return t("admin.trouble_work", { work: workName(trouble.name), error: trouble.error });
    case "behind": return t("admin.trouble_behind", { work: workName(trouble.name ?? ""), count: trouble.count });
    case "failed": return tn("admin.trouble_failed", trouble.count);
    case "rejected": return tn("admin.trouble_rejected", trouble.count);
    case "hooks": return tn("admin.trouble_hooks", trouble.count);
  }
}

/** The first thing on the page: all is well, or what is not. */
export function Verdict({ state }: { state: SystemState }) {
  const troubles = troublesOf(state);
  if (troubles.length === 0) return <p className={system.verdict} data-tone="success"><IconCircleCheck size={20} aria-hidden="true" /><strong>{t("admin.system_well")}</strong></p>;
  return (
    <div className={system.verdict} data-tone="warning">
      <IconAlertTriangle size={20} aria-hidden="true" />
      <div>
        <strong>{t("admin.system_look")}</strong>
        <ul>{troubles.map((trouble, at) => <li key={at}>{troubleText(trouble)}{trouble.kind === "hooks" && <> <Link to="/settings/$key" params={{ key: "hooks" }}>{t("admin.system_to_hooks")}</Link></>}</li>)}</ul>
      </div>
    </div>
  );
}
