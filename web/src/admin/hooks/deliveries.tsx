import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { deliveryError } from "@web/admin/hooks/delivery-error";
import { replayDelivery, useDeliveries, type Delivery, type DeliveryState } from "@web/admin/hooks/hook-calls";
import hooks from "@web/admin/hooks/hooks.module.css";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { Segments } from "@web/kit/segments";
import type { Tone } from "@web/kit/tone";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import { hasText, t, tn } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";

const kTones: Record<DeliveryState, Tone> = { waiting: "warning", done: "success", failed: "danger" };
const kStates = ["", "waiting", "failed", "done"] as const;

/** What was sent to one address, with the message itself and a way to send it again. */
export function Deliveries({ hook }: { hook: number }) {
  const [state, setState] = useState<DeliveryState | "">("");
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useDeliveries(hook, state);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={classes.form}>
      <Segments<DeliveryState | ""> label={t("admin.state_filter")} value={state} onChange={setState} options={kStates.map((one) => ({ value: one, label: t(`admin.delivery_${one || "all"}`) }))} />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting rows={4} /> : items.length === 0 ? <p className="muted">{t(state ? "admin.deliveries_none_such" : "admin.deliveries_none")}</p> : (
        <ul className={classes.rows}>{items.map((delivery) => <DeliveryRow key={delivery.id} hook={hook} delivery={delivery} onChanged={() => void refetch()} />)}</ul>
      )}
      {hasNextPage && <div><Button variant="default" size="compact-sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("timeline.older")}</Button></div>}
    </div>
  );
}

function DeliveryRow({ hook, delivery, onChanged }: { hook: number; delivery: Delivery; onChanged: () => void }) {
  const entity = useMetadata().entity(delivery.entity);
  const [run, is_running] = useTask();
  const action = `admin.audit_action_${delivery.action}`;
  const replay = () => void run(async () => {
    await replayDelivery(hook, delivery.id);
    showToast({ tone: "success", text: t("admin.delivery_again") });
    onChanged();
  });
  return (
    <li className={hooks.delivery}>
      <div className={classes.line} style={{ flexWrap: "wrap" }}>
        <Badge tone={kTones[delivery.state]}>{t(`admin.delivery_${delivery.state}`)}</Badge>
        <span>{hasText(action) ? t(action) : delivery.action}: {entity ? <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(delivery.record) }}>{entity.label.one} № {delivery.record}</Link> : `№ ${delivery.record}`}</span>
        <time className="muted numbers" style={{ marginLeft: "auto" }} dateTime={delivery.created_at} title={formatInstantFully(delivery.created_at)}>{formatInstant(delivery.created_at)}</time>
      </div>
      {delivery.error && <div className={classes.error}>{deliveryError(delivery.error)}</div>}
      <div className={classes.line} style={{ flexWrap: "wrap" }}>
        {delivery.attempts > 0 && <small className="muted">{tn("admin.delivery_attempts", delivery.attempts)}{delivery.next_at ? `, ${t("admin.delivery_next", { at: formatInstant(delivery.next_at) })}` : ""}</small>}
        <Button size="compact-xs" variant="subtle" style={{ marginLeft: "auto" }} leftSection={<IconRefresh size={14} />} loading={is_running} onClick={replay}>{t("admin.delivery_replay")}</Button>
      </div>
      {delivery.body !== null && <details className={hooks.body}><summary>{t("admin.delivery_body")}</summary><pre tabIndex={0}>{JSON.stringify(delivery.body, null, 2)}</pre></details>}
    </li>
  );
}
