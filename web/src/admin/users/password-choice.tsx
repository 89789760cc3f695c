import { Button, PasswordInput } from "@mantine/core";
import { IconDice5 } from "@tabler/icons-react";
import classes from "@web/admin/shared/admin.module.css";
import { Secret } from "@web/admin/shared/secret";
import { makePassword } from "@web/admin/users/password";
import { t } from "@web/lib/i18n";

interface PasswordChoiceProps {
  value: string;
  onChange: (value: string) => void;
  made: string;
  onMade: (value: string) => void;
  error?: string | undefined;
}

/** A password that is typed, or made up and shown so that it can be handed over. */
export function PasswordChoice({ value, onChange, made, onMade, error }: PasswordChoiceProps) {
  const make = () => {
    const password = makePassword();
    onMade(password);
    onChange(password);
  };
  return (
    <div className={classes.form}>
      <PasswordInput label={t("admin.password")} description={t("admin.password_hint")} autoComplete="new-password" value={value} onChange={(event) => onChange(event.currentTarget.value)} error={error ?? null} />
      {made !== "" && made === value ? <Secret value={made} /> : <Button variant="subtle" size="compact-sm" style={{ justifySelf: "start" }} leftSection={<IconDice5 size={16} />} onClick={make}>{t("admin.password_make")}</Button>}
    </div>
  );
}
