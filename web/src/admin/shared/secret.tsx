import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";

/** A password or key that is shown once, with a button that copies it. */
export function Secret({ value }: { value: string }) {
  const [is_copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(value);
    setCopied(true);
  };
  return (
    <div className={classes.secret}>
      <code style={{ flex: 1 }}>{value}</code>
      <IconButton label={t(is_copied ? "admin.copied" : "admin.copy")} onClick={() => void copy().catch(() => undefined)}>{is_copied ? <IconCheck size={16} /> : <IconCopy size={16} />}</IconButton>
    </div>
  );
}
