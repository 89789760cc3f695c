import { IconAlertCircle, IconClock } from "@tabler/icons-react";
import { Badge } from "@web/kit/badge";
import type { Tone } from "@web/kit/tone";
import { dueState, formatDate, formatInstant, formatInstantFully, type DueState } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

const kTones: Record<DueState, Tone> = { overdue: "danger", today: "warning", planned: "neutral", none: "neutral" };

/** When something is due: late ones in red with a sign, so that they are seen from across the room. */
export function DueBadge({ at, none_text }: { at: string | null | undefined; none_text?: string }) {
  if (!at) return none_text ? <span className="muted">{none_text}</span> : null;
  const state = dueState(at);
  const text = at.includes("T") ? formatInstant(at) : formatDate(at);
  const Icon = state === "overdue" ? IconAlertCircle : IconClock;
  return (
    <Badge tone={kTones[state]} title={`${state === "overdue" ? `${t("due.overdue")}: ` : ""}${formatInstantFully(at)}`}>
      <Icon size={13} aria-hidden="true" /><span className="numbers">{text}</span>{state === "overdue" && <span className="unseen">{t("due.overdue")}</span>}
    </Badge>
  );
}
