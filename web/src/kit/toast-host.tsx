import { Button, CloseButton } from "@mantine/core";
import { useState } from "react";
import classes from "@web/kit/toast-host.module.css";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { useStore } from "@web/lib/use-store";
import { dismissToast, showToast, toasts, type Toast } from "@web/lib/toasts";

/** The stack of notices at the bottom left: beside the content, not over what it speaks of. */
export function ToastHost() {
  const shown = useStore(toasts);
  return (
    <div className={classes.host} role="status" aria-live="polite">
      {shown.map((toast) => <ToastLine key={toast.id} toast={toast} />)}
    </div>
  );
}

function ToastLine({ toast }: { toast: Toast }) {
  const [is_running, setRunning] = useState(false);
  const act = async () => {
    setRunning(true);
    try {
      await toast.action?.run();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    dismissToast(toast.id);
  };
  return (
    <div className={classes.toast} data-tone={toast.tone}>
      <span>{toast.text}</span>
      {toast.action && <Button size="compact-sm" variant="subtle" loading={is_running} onClick={() => void act()}>{toast.action.label}</Button>}
      <CloseButton size="sm" aria-label={t("action.close")} onClick={() => dismissToast(toast.id)} />
    </div>
  );
}
