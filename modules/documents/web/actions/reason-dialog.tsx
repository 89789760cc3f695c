import { Button, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";

interface ReasonDialogProps {
  title: string;
  label: string;
  hint?: string;
  submit: string;
  is_danger?: boolean;
  onSubmit: (text: string) => Promise<void>;
  onClose: () => void;
}

/** A step that is said with a reason: cancelling, sending back. */
export function ReasonDialog({ title, label, hint, submit, is_danger = false, onSubmit, onClose }: ReasonDialogProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [is_saving, setSaving] = useState(false);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setProblem(null);
    try {
      await onSubmit(text);
      onClose();
    } catch (refusal) {
      setProblem(messageOf(refusal));
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void run(event)} style={{ display: "grid", gap: 12 }}>
        <TextInput label={label} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={500} data-autofocus error={problem} />
        {hint && <p className="muted">{hint}</p>}
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.close")}</Button>
          <Button type="submit" {...(is_danger ? { color: "red" } : {})} loading={is_saving}>{submit}</Button>
        </div>
      </form>
    </Modal>
  );
}
