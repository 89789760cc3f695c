import { Button, Checkbox, Modal, Skeleton, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { t } from "@web/lib/i18n";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./actions.module.css";
import { addressesIn, isAddress } from "./addresses";
import { letterDraftQuery, printFormsQuery, sendLetter, type LetterDraft, type PrintForm } from "./document-calls";

interface SendDialogProps extends CardWidgetProps {
  onClose: () => void;
  onSent: () => void;
  /** Another way for those who send no letters from here. */
  onLink: () => void;
}

/** A document by mail: to whom, what is said, which forms go with it. Proposed by the server, changed by the hand. */
export function SendDialog(props: SendDialogProps) {
  const { entity, record, onClose } = props;
  const forms = useQuery(printFormsQuery(entity.key));
  const draft = useQuery(letterDraftQuery(entity.plural, record.id, ""));
  const is_ready = forms.data !== undefined && (draft.data !== undefined || draft.error !== null);
  return (
    <Modal opened onClose={onClose} title={t("web.documents.mail_title")} size={600} closeButtonProps={{ "aria-label": t("action.close") }}>
      {is_ready ? <SendForm {...props} forms={forms.data ?? []} draft={draft.data ?? {}} refusal={draft.error} /> : <Skeleton height={280} />}
    </Modal>
  );
}

function SendForm({ entity, record, onClose, onSent, onLink, forms, draft, refusal }: SendDialogProps & { forms: PrintForm[]; draft: Partial<LetterDraft>; refusal: Error | null }) {
  const [to, setTo] = useState((draft.to ?? []).join(", "));
  const [cc, setCc] = useState((draft.cc ?? []).join(", "));
  const [subject, setSubject] = useState(draft.subject ?? "");
  const [text, setText] = useState(draft.text ?? "");
  const [chosen, setChosen] = useState<string[]>(() => draft.forms ?? forms.filter((form) => form.key === entity.key).concat(forms).slice(0, 1).map((form) => form.key));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_sending, setSending] = useState(false);
  const errors = problemsByField(problem);
  const bad = [...addressesIn(to), ...addressesIn(cc)].find((address) => !isAddress(address));
  const send = async () => {
    if (is_sending || bad || addressesIn(to).length === 0) return;
    setSending(true);
    setProblem(null);
    try {
      const cc_list = addressesIn(cc);
      const sent = await sendLetter(entity.plural, record.id, { to: addressesIn(to), ...(cc_list.length > 0 ? { cc: cc_list } : {}), subject: subject.trim(), text, forms: chosen });
      showToast(sent.letter ? { tone: "success", text: t("web.documents.mail_sent", { to: addressesIn(to).join(", ") }) } : { tone: "info", text: t("web.documents.waits_approval") });
      onSent();
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
      setSending(false);
    }
  };
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    void send();
  };
  const is_told = ["to", "cc", "subject", "text", "forms"].some((field) => errors[field]);
  const toggle = (key: string) => setChosen((before) => forms.map((form) => form.key).filter((one) => (one === key ? !before.includes(one) : before.includes(one))));
  return (
    <form className={classes.form} noValidate onSubmit={submit} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event); }}>
      {draft.is_on === false && <p className={classes.note} role="status">{t("web.documents.mail_off")}</p>}
      {refusal && <p className={classes.note} role="alert">{t("web.documents.mail_no_draft")} {messageOf(refusal)}</p>}
      <TextInput label={t("web.documents.mail_to")} required value={to} onChange={(event) => setTo(event.currentTarget.value)} error={errors.to ?? (bad ? t("web.documents.mail_bad", { address: bad }) : null)} inputMode="email" data-autofocus />
      <TextInput label={t("web.documents.mail_cc")} value={cc} onChange={(event) => setCc(event.currentTarget.value)} error={errors.cc ?? null} inputMode="email" />
      <TextInput label={t("web.documents.mail_subject")} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} error={errors.subject ?? null} maxLength={300} />
      <Textarea label={t("web.documents.mail_text")} value={text} onChange={(event) => setText(event.currentTarget.value)} error={errors.text ?? null} autosize minRows={5} maxRows={14} />
      {forms.length > 0 && (
        <fieldset className={classes.forms}>
          <legend>{t("web.documents.mail_forms")}</legend>
          {forms.map((form) => <Checkbox key={form.key} label={form.name} checked={chosen.includes(form.key)} onChange={() => toggle(form.key)} />)}
        </fieldset>
      )}
      {errors.forms && <p role="alert" className={classes.error}>{errors.forms}</p>}
      {problem && !is_told && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
      <div className={classes.foot}>
        <Button variant="subtle" className={classes.apart} onClick={onLink}>{t("web.documents.mail_link_instead")}</Button>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" loading={is_sending} disabled={addressesIn(to).length === 0 || draft.is_on === false}>{t("web.documents.mail_send")}</Button>
      </div>
    </form>
  );
}
