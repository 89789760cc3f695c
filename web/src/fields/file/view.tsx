import { IconPaperclip } from "@tabler/icons-react";
import { formatFileSize } from "@web/lib/format/number";
import type { FileValue } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const files = (Array.isArray(value) ? value : [value]) as FileValue[];
  if (is_dense) return <span><IconPaperclip size={14} aria-hidden="true" /> {files.length > 1 ? files.length : files[0]?.name}</span>;
  return (
    <span style={{ display: "grid", gap: 2 }}>
      {files.map((file) => <span key={file.id}><a href={file.url} download={file.name}>{file.name}</a> <span className="muted">{formatFileSize(file.size ?? 0)}</span></span>)}
    </span>
  );
}
