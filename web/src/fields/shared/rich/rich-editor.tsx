import { ActionIcon } from "@mantine/core";
import { IconAt, IconBold, IconItalic, IconLink, IconList, IconListNumbers } from "@tabler/icons-react";
import { useEffect, useId, useRef, type ClipboardEvent, type KeyboardEvent, type MouseEvent } from "react";
import { safeFragment } from "@web/fields/shared/rich/html";
import { useMentions } from "@web/fields/shared/rich/use-mentions";
import classes from "@web/fields/shared/rich/rich-editor.module.css";
import { Avatar } from "@web/kit/avatar";
import { t, type TextKey } from "@web/lib/i18n";

interface RichEditorProps {
  label: string;
  html: string;
  onChange: (html: string) => void;
  onCommit?: ((html: string) => void) | undefined;
  auto_focus?: boolean;
  placeholder?: string;
}

const kTools: { command: string; label: TextKey; Icon: typeof IconBold }[] = [
  { command: "bold", label: "rich.bold", Icon: IconBold }, { command: "italic", label: "rich.italic", Icon: IconItalic },
  { command: "insertUnorderedList", label: "rich.list", Icon: IconList }, { command: "insertOrderedList", label: "rich.numbers", Icon: IconListNumbers },
  { command: "createLink", label: "rich.link", Icon: IconLink },
];

function cleanHtml(element: HTMLElement): string {
  if (!element.textContent?.trim()) return "";
  const place = document.createElement("div");
  place.appendChild(safeFragment(element.innerHTML));
  return place.innerHTML;
}

/** Formatted text with the few means that notes need; pasted text keeps only harmless tags. */
export function RichEditor({ label, html, onChange, onCommit, auto_focus, placeholder }: RichEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const emitted = useRef<string | null>(null);
  const mentions = useMentions(place);
  const id = useId();
  useEffect(() => {
    // Our own change coming back must not move the caret.
    if (place.current && html !== emitted.current) place.current.replaceChildren(safeFragment(html));
    emitted.current = html;
  }, [html]);
  useEffect(() => {
    if (auto_focus) place.current?.focus();
  }, [auto_focus]);
  const emit = () => {
    if (!place.current) return;
    const clean = cleanHtml(place.current);
    emitted.current = clean;
    onChange(clean);
    mentions.look();
  };
  const mention = (at: number) => {
    if (mentions.choose(at)) emit();
  };
  const callSomebody = (event: MouseEvent) => {
    event.preventDefault();
    place.current?.focus();
    document.execCommand("insertText", false, place.current?.textContent?.trim() ? " @" : "@");
  };
  const run = (event: MouseEvent, command: string) => {
    event.preventDefault();
    const address = command === "createLink" ? window.prompt(t("rich.link_address"), "https://") : undefined;
    if (address === null) return;
    document.execCommand(command, false, address);
    emit();
  };
  const onPaste = (event: ClipboardEvent) => {
    event.preventDefault();
    const pasted = event.clipboardData.getData("text/html");
    if (!pasted) {
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
      return;
    }
    const clean = document.createElement("div");
    clean.appendChild(safeFragment(pasted));
    document.execCommand("insertHTML", false, clean.innerHTML);
  };
  const onMentionKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") mentions.move(1);
    else if (event.key === "ArrowUp") mentions.move(-1);
    else if (event.key === "Enter" || event.key === "Tab") mention(mentions.active);
    else if (event.key === "Escape") mentions.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (mentions.found.length > 0 && !event.ctrlKey) onMentionKey(event);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && place.current) {
      event.preventDefault();
      onCommit?.(cleanHtml(place.current));
    }
  };
  return (
    <div className={classes.frame}>
      <div
        ref={place} className={classes.text} contentEditable suppressContentEditableWarning role="textbox" aria-multiline="true" aria-label={label}
        aria-autocomplete="list" aria-controls={mentions.found.length > 0 ? id : undefined} aria-activedescendant={mentions.found.length > 0 ? `${id}-${mentions.active}` : undefined}
        data-placeholder={placeholder} data-blank={html === "" || undefined} onInput={emit} onPaste={onPaste} onKeyDown={onKeyDown} onKeyUp={mentions.look} onBlur={mentions.close}
      />
      {mentions.found.length > 0 && (
        <div id={id} role="listbox" aria-label={t("rich.mention")} className={classes.people}>
          {mentions.found.map((user, at) => (
            <div key={user.id} id={`${id}-${at}`} role="option" aria-selected={at === mentions.active} onMouseDown={(event) => { event.preventDefault(); mention(at); }}><Avatar name={user.title} size={20} />{user.title}</div>
          ))}
        </div>
      )}
      <div className={classes.tools}>
        {kTools.map(({ command, label: name, Icon }) => (
          <ActionIcon key={command} size={26} aria-label={t(name)} title={t(name)} onMouseDown={(event) => run(event, command)}><Icon size={15} /></ActionIcon>
        ))}
        <ActionIcon size={26} aria-label={t("rich.mention")} title={t("rich.mention")} onMouseDown={callSomebody}><IconAt size={15} /></ActionIcon>
      </div>
    </div>
  );
}
