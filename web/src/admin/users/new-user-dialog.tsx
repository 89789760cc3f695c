import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { InviteButton } from "@web/admin/mail/invite-button";
import { RecordForm } from "@web/admin/shared/record-form";
import { Secret } from "@web/admin/shared/secret";
import { PasswordChoice } from "@web/admin/users/password-choice";
import { setPassword } from "@web/admin/users/password";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

/** A new person with a password to hand over; the password is shown once after saving. */
export function NewUserDialog({ entity, onClose }: { entity: Entity; onClose: () => void }) {
  const [password, setTyped] = useState("");
  const [made, setMade] = useState("");
  const [done, setDone] = useState<{ id: number; name: string; email: string } | null>(null);
  return (
    <Modal opened onClose={onClose} title={t("admin.user_add")} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      {done !== null ? (
        <div className={classes.form}>
          <p>{t("admin.user_ready", { name: done.name })}</p>
          {password && <Secret value={password} />}
          <div className={classes.foot}><InviteButton user={done.id} email={done.email} /><Button onClick={onClose}>{t("action.close")}</Button></div>
        </div>
      ) : (
        <RecordForm
          entity={entity} fields={["name", "email", "department", "position", "roles"]} onCancel={onClose}
          extra={<PasswordChoice value={password} onChange={setTyped} made={made} onMade={setMade} />}
          afterSave={async (user) => {
            // The person exists already: a weak password is told and set again in the person's panel.
            if (password) await setPassword(user.id, password).catch((error: unknown) => { setTyped(""); showToast({ tone: "danger", text: messageOf(error) }); });
          }}
          onDone={(user) => setDone({ id: user.id, name: String(user.name), email: String(user.email) })}
        />
      )}
    </Modal>
  );
}
