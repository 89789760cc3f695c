import { Button } from "@mantine/core";
import classes from "@web/admin/shared/admin.module.css";
import { t } from "@web/lib/i18n";

interface StepFootProps {
  label?: string;
  is_running?: boolean;
  is_disabled?: boolean;
  /** Goes on without doing anything. */
  onSkip?: (() => void) | undefined;
}

export function StepFoot({ label, is_running = false, is_disabled = false, onSkip }: StepFootProps) {
  return (
    <div className={classes.foot}>
      {onSkip && <Button variant="subtle" onClick={onSkip}>{t("admin.setup_skip")}</Button>}
      <Button type="submit" loading={is_running} disabled={is_disabled}>{label ?? t("admin.setup_next")}</Button>
    </div>
  );
}
