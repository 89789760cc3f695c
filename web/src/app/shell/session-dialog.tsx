import { Button, Modal, PasswordInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { session_lost } from "@web/lib/api";
import { useMe } from "@web/lib/calls/me";
import { t } from "@web/lib/i18n";
import { messageOf, Problem } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import { signIn } from "@web/lib/session";
import { useStore } from "@web/lib/use-store";

/** After the session ended: asks for the password over the page, so that nothing typed is lost. */
export function SessionDialog() {
  const is_lost = useStore(session_lost);
  const me = useMe();
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const email = me.user.email;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await signIn(email ?? "", password);
      session_lost.set(false);
      setPassword("");
      setProblem(null);
      void query_client.invalidateQueries();
    } catch (error) {
      setProblem(error instanceof Problem && error.status === 401 ? t("sign_in.refused") : messageOf(error));
    }
  };
  return (
    <Modal opened={is_lost} onClose={() => undefined} withCloseButton={false} title={t("session.ended")} zIndex={700}>
      <form onSubmit={(event) => void submit(event)} style={{ display: "grid", gap: 12 }}>
        <p className="muted">{t("session.ended_text")}</p>
        {email ? (
          <>
            <PasswordInput label={t("sign_in.password")} description={email} value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={problem} autoComplete="current-password" data-autofocus />
            <Button type="submit">{t("sign_in.submit")}</Button>
          </>
        ) : <Button onClick={() => location.reload()}>{t("sign_in.submit")}</Button>}
      </form>
    </Modal>
  );
}
