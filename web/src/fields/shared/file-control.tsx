import { Button, CloseButton, Input as InputFrame, Progress } from "@mantine/core";
import { IconCamera, IconPaperclip } from "@tabler/icons-react";
import { useRef, useState } from "react";
import type { InputProps } from "@web/fields/types";
import { uploadFile } from "@web/lib/calls/upload-file";
import { formatFileSize } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import type { FileValue } from "@web/lib/values";

/** Files sent at once when chosen; the record only keeps them when it is saved. */
export function FileControl({ input, is_image = false }: { input: InputProps; is_image?: boolean }) {
  const { field, value, onChange, error, is_labelled, is_required } = input;
  const chooser = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const is_touch = window.matchMedia("(pointer: coarse)").matches;
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(0);
  const files = (Array.isArray(value) ? value : value ? [value] : []) as FileValue[];
  const send = async (list: FileList | null) => {
    const chosen = [...(list ?? [])].slice(0, field.multiple ? undefined : 1);
    setProblem(null);
    setSending(chosen.length);
    let kept = field.multiple ? files : [];
    for (const file of chosen) {
      try {
        kept = [...kept, await uploadFile(file)];
        onChange(field.multiple ? kept : kept[0]);
      } catch (failure) {
        setProblem(`${file.name}: ${messageOf(failure)}`);
      }
      setSending((before) => before - 1);
    }
  };
  const remove = (id: number) => {
    const rest = files.filter((file) => file.id !== id);
    onChange(field.multiple ? rest : null);
  };
  return (
    <InputFrame.Wrapper label={is_labelled ? field.label : undefined} error={problem ?? error} withAsterisk={is_required ?? false} labelElement="div">
      <div style={{ display: "grid", gap: 4 }}>
        {files.map((file) => (
          <div key={file.id} style={{ display: "flex", alignItems: "center", gap: 8 }}>
            <span className="cut">{file.name ?? `№ ${file.id}`}</span><span className="muted">{file.size ? formatFileSize(file.size) : ""}</span>
            <CloseButton size="sm" aria-label={t("field.remove_line", { value: file.name ?? String(file.id) })} onClick={() => remove(file.id)} />
          </div>
        ))}
        {sending > 0 && <Progress value={100} animated aria-label={t("field.sending")} />}
        <input ref={chooser} type="file" hidden multiple={field.multiple ?? false} accept={is_image ? "image/*" : undefined} aria-label={field.label} onChange={(event) => void send(event.currentTarget.files)} />
        <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
          <Button variant="default" size="xs" leftSection={<IconPaperclip size={15} />} onClick={() => chooser.current?.click()}>{t("field.choose_file")}</Button>
          {is_touch && (
            <>
              <input ref={camera} type="file" hidden accept="image/*" capture="environment" aria-label={t("field.take_photo")} onChange={(event) => void send(event.currentTarget.files)} />
              <Button variant="default" size="xs" leftSection={<IconCamera size={15} />} onClick={() => camera.current?.click()}>{t("field.take_photo")}</Button>
            </>
          )}
        </div>
      </div>
    </InputFrame.Wrapper>
  );
}
