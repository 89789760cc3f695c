import { Modal, NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { createRecord, deleteRecord, patchRecord } from "@web/lib/calls/save-record";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { readFillWeights, type FillWeight } from "./client-calls";
import classes from "./clients.module.css";

const kComputed = new Set(["formula", "roll_up", "auto_number", "json"]);
const kMost = 100;

/** How much each field counts, for all cards or for one class of clients; scores follow by themselves. */
export function WeightsDialog({ entity, onClose }: { entity: Entity; onClose: () => void }) {
  const [client_class, setClass] = useState("");
  const { data: weights, error, refetch } = useQuery({ queryKey: ["fill-weights", entity.key], queryFn: ({ signal }) => readFillWeights(entity.key, signal), staleTime: 0 });
  const classField = entity.fields.find((field) => field.key === "client_class");
  const fields = entity.fields.filter((field) => !field.system && !field.hidden && !field.read_only && !kComputed.has(field.type));
  const find = (field: string, of: string) => weights?.find((one) => one.field === field && (one.client_class ?? "") === of);
  const sorted = [...fields].sort((a, b) => (find(b.key, "")?.weight ?? 0) - (find(a.key, "")?.weight ?? 0) || a.label.localeCompare(b.label));
  const sum = fields.reduce((total, field) => total + (find(field.key, client_class)?.weight ?? find(field.key, "")?.weight ?? 0), 0);
  const save = async (field: Field, known: FillWeight | undefined, weight: number | null) => {
    if ((known?.weight ?? null) === weight) return;
    try {
      if (known && weight === null) await deleteRecord("fill-weights", known.id);
      else if (known) await patchRecord("fill-weights", known.id, known.version, { weight });
      else await createRecord("fill-weights", { target: entity.key, field: field.key, client_class: client_class || null, weight });
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    await refetch();
  };
  return (
    <Modal opened onClose={onClose} title={t("web.completeness.weights_of", { entity: entity.label.many })} size={520} closeButtonProps={{ "aria-label": t("action.close") }}>
      <div className={classes.weights}>
        <p className="muted">{t("web.completeness.weights_lead")}</p>
        {classField?.options && <Select label={classField.label} data={[{ value: "all", label: t("web.completeness.all_classes") }, ...classField.options.map((option) => ({ value: option.key, label: option.label }))]} value={client_class || "all"} onChange={(next) => setClass(next === "all" ? "" : (next ?? ""))} allowDeselect={false} />}
        {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : weights && (
          <table className={classes.table}>
            <thead><tr><th scope="col">{t("web.completeness.field")}</th><th scope="col" className={classes.number}>{t("web.completeness.weight")}</th><th scope="col" className={classes.number}>{t("web.completeness.share")}</th></tr></thead>
            <tbody>
              {sorted.map((field) => {
                const known = find(field.key, client_class);
                const general = find(field.key, "")?.weight;
                const weight = known?.weight ?? general ?? 0;
                return (
                  <tr key={field.key}>
                    <th scope="row">{field.label}</th>
                    <td className={classes.number}><Weight key={`${client_class}/${known?.weight ?? ""}`} label={t("web.completeness.weight_of", { field: field.label })} value={known?.weight ?? null} hint={client_class && general !== undefined ? String(general) : "0"} onSave={(next) => void save(field, known, next)} /></td>
                    <td className={classes.number}>{sum > 0 && weight > 0 ? `${formatInteger(Math.round((weight / sum) * 100))} %` : "—"}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </div>
    </Modal>
  );
}

function Weight({ label, value, hint, onSave }: { label: string; value: number | null; hint: string; onSave: (weight: number | null) => void }) {
  const [typed, setTyped] = useState<number | string>(value ?? "");
  const send = () => onSave(typed === "" ? null : Number(typed));
  return <NumberInput aria-label={label} value={typed} onChange={setTyped} onBlur={send} onKeyDown={(event) => { if (event.key === "Enter") send(); }} min={0} max={kMost} allowDecimal={false} placeholder={hint} hideControls size="xs" w={70} ml="auto" />;
}
