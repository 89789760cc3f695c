import { alertLine, input, linkButton, showForm, submitButton } from "@web/app/sign-in/parts";
import { api } from "@web/lib/api";
import { t } from "@web/lib/i18n";
import { messageOf, Problem } from "@web/lib/problem";
import { signIn } from "@web/lib/session";

/** The sign-in page is plain DOM: it loads neither the application nor its libraries until somebody starts to type a password. */
export function startSignIn(root: HTMLElement, warmUp: () => void): void {
  const email = input("email", t("sign_in.email"), "username");
  const password = input("password", t("sign_in.password"), "current-password");
  const problem = alertLine();
  const button = submitButton(t("sign_in.submit"));
  const form = showForm(root, t("sign_in.title"), [email.label, password.label, problem, button], submit);
  email.field.focus();
  password.field.addEventListener("input", warmUp, { once: true });
  void offerReset();

  /** Where the program can send letters, a new password can be asked for. */
  async function offerReset(): Promise<void> {
    const answer = await api.get<{ is_on: boolean }>("/password-reset").catch(() => null);
    if (answer?.is_on) form.append(linkButton(t("sign_in.forgot"), () => void openReset()));
  }

  async function openReset(): Promise<void> {
    const { startReset } = await import("@web/app/sign-in/password-pages");
    startReset(root, email.field.value.trim(), () => startSignIn(root, warmUp));
  }

  async function submit(): Promise<void> {
    if (!email.field.value.trim() || !password.field.value) {
      problem.textContent = t("sign_in.fill_both");
      (email.field.value.trim() ? password : email).field.focus();
      return;
    }
    button.disabled = true;
    problem.textContent = "";
    try {
      await signIn(email.field.value.trim(), password.field.value);
      location.reload();
    } catch (error) {
      button.disabled = false;
      const is_refused = error instanceof Problem && (error.status === 401 || error.status === 400);
      problem.textContent = is_refused ? t("sign_in.refused") : error instanceof Problem && error.is_offline ? t("error.offline_text") : messageOf(error);
      password.field.select();
    }
  }
}
