import { Button, Select } from "@mantine/core";
import { IconArrowBackUp, IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { previewHtml, previewPdf, restoreForm, saveForm, type FormSource } from "@web/admin/forms/form-calls";
import classes from "@web/admin/forms/forms.module.css";
import { insertionsFor, offsetOf, placeInMessage, placeOf } from "@web/admin/forms/insertions";
import { useTask } from "@web/admin/shared/use-task";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { useDebounced } from "@web/kit/use-debounced";
import { useMetadata } from "@web/lib/calls/metadata";
import { useDraft } from "@web/lib/drafts";
import { currentLanguage, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { Link } from "@web/lib/values";

/** The text of a form with what may stand in it on one side, the page it makes on the other. */
export function FormEditor({ form }: { form: FormSource }) {
  const metadata = useMetadata();
  const [body, setBody, clearDraft] = useDraft<string>(`form.${form.key}`, form.body);
  const [about, setAbout] = useState<Link | null>(null);
  const [caret, setCaret] = useState(0);
  const [run, is_running] = useTask();
  const area = useRef<HTMLTextAreaElement>(null);
  const entities = form.entities.map((key) => metadata.entity(key)).filter((entity): entity is Entity => entity?.can.read === true);
  const groups = useMemo(() => insertionsFor(metadata, form.entities[0], form.pipes, form.roots), [metadata, form]);
  const asked = useDebounced(body, 400);
  const trial = useQuery({ queryKey: ["form-preview", form.key, asked, about?.entity, about?.id], queryFn: ({ signal }) => previewHtml({ body: asked, about }, signal), retry: false, staleTime: 0, gcTime: 0 });
  const last = useRef("");
  // A fault keeps the page that stood before it.
  if (trial.data !== undefined) last.current = trial.data;
  const fault = trial.error ? (trial.error instanceof Problem && trial.error.errors[0]?.message) || messageOf(trial.error) : null;
  const place = placeOf(body, caret);
  const is_changed = body !== form.body;
  const insert = (text: string) => {
    const at = area.current?.selectionStart ?? body.length;
    const to = area.current?.selectionEnd ?? at;
    setBody(body.slice(0, at) + text + body.slice(to));
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(at + text.length, at + text.length);
      setCaret(at + text.length);
    });
  };
  const showFault = () => {
    const where = fault ? placeInMessage(fault) : null;
    if (!where || !area.current) return;
    const at = offsetOf(body, where.line, where.column);
    area.current.focus();
    area.current.setSelectionRange(at, at);
    area.current.scrollTop = Math.max(0, (where.line - 4) * 18);
    setCaret(at);
  };
  const save = () => run(async () => {
    await saveForm(form, body);
    clearDraft();
    showToast({ tone: "success", text: t("forms.saved", { name: form.name }) });
  });
  const restore = () => run(async () => {
    await restoreForm(form);
    clearDraft();
    showToast({ tone: "success", text: t("forms.restored", { name: form.name }), action: { label: t("action.undo"), run: () => saveForm(form, form.body) } });
  });
  const openPdf = () => run(async () => {
    const address = URL.createObjectURL(await previewPdf({ body, about }, currentLanguage()));
    window.open(address, "_blank", "noopener");
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (is_changed && !fault) void save();
  };
  return (
    <div className={classes.editor} onKeyDown={onKeyDown}>
      <div className={classes.tools}>
        <Select
          aria-label={t("forms.insert")} placeholder={t("forms.insert")} searchable value={null} w={260} maxDropdownHeight={360} nothingFoundMessage={t("picker.nothing")}
          data={groups.map((group) => ({ group: group.title, items: group.items.map((item) => ({ value: item.text, label: `${item.label} · ${item.text.replace(/\s+/g, " ").trim()}` })) }))} onChange={(text) => { if (text) insert(text); }}
        />
        <div className={classes.about}><RecordPicker entities={entities} value={about} onChange={setAbout} name={t("forms.about")} placeholder={t("forms.about")} can_create={false} /></div>
        <span className={classes.spring} />
        <Button variant="default" leftSection={<IconExternalLink size={16} />} loading={is_running} disabled={Boolean(fault)} onClick={() => void openPdf()}>PDF</Button>
        {form.is_own && <Button variant="default" leftSection={<IconArrowBackUp size={16} />} disabled={is_running} onClick={() => void restore()}>{t("forms.restore")}</Button>}
        {is_changed && <Button variant="default" onClick={clearDraft}>{t("forms.forget")}</Button>}
        <Button disabled={!is_changed || Boolean(fault)} loading={is_running} onClick={() => void save()}>{t("action.save")}</Button>
      </div>
      <div className={classes.sides}>
        <div className={classes.source}>
          <textarea
            ref={area} aria-label={t("forms.source")} aria-invalid={fault ? true : undefined} aria-describedby="form-state" spellCheck={false} wrap="off" value={body}
            onChange={(event) => { setBody(event.currentTarget.value); setCaret(event.currentTarget.selectionStart); }} onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          />
          <div id="form-state" className={classes.state} role="status">
            {fault ? <button type="button" className={classes.fault} onClick={showFault}>{fault}</button> : <span className="muted">{t("forms.no_faults")}</span>}
            <span className="muted numbers">{t("forms.place", place)}</span>
          </div>
        </div>
        <iframe className={classes.page} title={t("forms.preview")} sandbox="" srcDoc={last.current} aria-busy={trial.isFetching} />
      </div>
    </div>
  );
}
