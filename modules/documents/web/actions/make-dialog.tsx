import { Button, Modal, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useDebounced } from "@web/kit/use-debounced";
import { parseDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { isMoney } from "@web/lib/values";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./actions.module.css";
import { makeDocument, remainsQuery, type MadeDocument, type MakeBody } from "./document-calls";
import { bodyOf, faultsByLine, takenLines, type Parts } from "./make-body";
import { PartsTable } from "./parts-table";

interface MakeDialogProps extends CardWidgetProps {
  targets: Entity[];
  initial: string;
  onMade: (made: MadeDocument) => void;
  onClose: () => void;
}

/** A document out of a part of another one: lines and quantities, checked by the server while they are chosen. */
export function MakeDialog({ entity, record, targets, initial, onMade, onClose }: MakeDialogProps) {
  const [to, setTo] = useState(initial);
  const is_advance = entity.key === "invoice" && to === "tax_invoice";
  const is_correction = entity.key === "tax_invoice";
  const money = isMoney(record.paid_amount) && Number(record.paid_amount.amount) > 0 ? record.paid_amount : record.amount;
  const [sum, setSum] = useState(() => (isMoney(money) ? money.amount : ""));
  const [parts, setParts] = useState<Parts>({});
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [is_making, setMaking] = useState(false);
  const remains = useQuery({ ...remainsQuery(entity.plural, record.id, to), enabled: !is_advance });
  const lines = remains.data ?? [];
  const taken = takenLines(lines, parts);
  const body: MakeBody = is_advance ? { to, kind: "advance", sum: parseDecimal(sum) ?? sum } : bodyOf(to, lines, parts, is_correction);
  const is_possible = is_advance ? sum.trim() !== "" : remains.data !== undefined && (lines.length === 0 || taken.length > 0);
  const asked = useDebounced(JSON.stringify(body), 300);
  // What would happen, before it does: rates that changed, quantities that are not there.
  const trial = useQuery({
    queryKey: ["make-trial", entity.plural, record.id, asked], enabled: is_possible, retry: false, staleTime: 0, gcTime: 0,
    queryFn: ({ signal }) => makeDocument(entity.plural, record.id, JSON.parse(asked) as MakeBody, { is_dry: true, signal }),
  });
  const problem = refusal ?? (trial.error instanceof Problem ? trial.error : null);
  const faults = problem ? faultsByLine(problem.errors, JSON.parse(asked) as MakeBody) : {};
  const is_told = Object.keys(faults).length > 0 || (is_advance && problemsByField(problem).sum);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMaking(true);
    setRefusal(null);
    try {
      onMade(await makeDocument(entity.plural, record.id, body));
    } catch (error) {
      setRefusal(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
      setMaking(false);
    }
  };
  const change = (next: Parts) => {
    setParts(next);
    setRefusal(null);
  };
  return (
    <Modal opened onClose={onClose} title={t("web.documents.make")} size={680} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
        {targets.length > 1 && <NativeSelect label={t("web.documents.make_what")} value={to} data={targets.map((target) => ({ value: target.key, label: target.label.one }))} onChange={(event) => { setTo(event.currentTarget.value); change({}); }} data-autofocus />}
        {is_advance && <TextInput label={t("web.documents.make_sum")} description={t("web.documents.make_sum_hint")} inputMode="decimal" value={sum} onChange={(event) => { setSum(event.currentTarget.value); setRefusal(null); }} error={problemsByField(problem).sum ?? null} data-autofocus />}
        {!is_advance && remains.isLoading && <Skeleton height={140} />}
        {remains.error && <p role="alert" className={classes.error}>{messageOf(remains.error)}</p>}
        {!is_advance && lines.length > 0 && <PartsTable remains={lines} parts={parts} faults={faults} has_price={is_correction} onChange={change} />}
        {!is_advance && remains.data?.length === 0 && <p className="muted">{t("web.documents.make_empty")}</p>}
        {trial.data?.notes.map((note) => <p key={note.line} className={classes.note}>{t("web.documents.rate_changed", { line: note.line, from: note.from, to: note.to })}</p>)}
        {problem && !is_told && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_making} disabled={!is_possible || Object.keys(faults).length > 0}>{t("web.documents.make_submit")}</Button>
        </div>
      </form>
    </Modal>
  );
}
