import classes from "@web/app/sign-in/sign-in.module.css";
import { alertLine, element, input, linkButton, showForm, submitButton } from "@web/app/sign-in/parts";
import { api } from "@web/lib/api";
import { t } from "@web/lib/i18n";
import { messageOf, Problem } from "@web/lib/problem";
import { signIn } from "@web/lib/session";

const kDone = async () => undefined;

/** «Forgot the password»: asks for a letter; the answer is the same whoever it is. */
export function startReset(root: HTMLElement, typed: string, onBack: () => void): void {
  const email = input("email", t("sign_in.email"), "username");
  email.field.value = typed;
  const problem = alertLine();
  const button = submitButton(t("sign_in.reset_send"));
  const back = linkButton(t("sign_in.back"), onBack);
  showForm(root, t("sign_in.reset_title"), [element("p", classes.hint, t("sign_in.reset_hint")), email.label, problem, button, back], submit);
  email.field.focus();

  async function submit(): Promise<void> {
    const address = email.field.value.trim();
    if (!address.includes("@")) {
      problem.textContent = t("sign_in.reset_address");
      email.field.focus();
      return;
    }
    button.disabled = true;
    try {
      await api.post("/password-reset", { email: address });
      const said = element("p", classes.hint, t("sign_in.reset_sent", { email: address }));
      said.setAttribute("role", "status");
      showForm(root, t("sign_in.reset_title"), [said, linkButton(t("sign_in.back"), onBack)], kDone).querySelector("button")?.focus();
    } catch (error) {
      button.disabled = false;
      problem.textContent = messageOf(error);
    }
  }
}

interface Opened {
  kind: "invitation" | "password_reset";
  name: string;
  email: string;
}

/** The page of a link from a letter; its secret stands behind '#' and leaves the address bar at once. */
export async function startSetPassword(root: HTMLElement): Promise<void> {
  const token = location.hash.slice(1);
  history.replaceState(null, "", "/set-password");
  const leave = () => location.assign("/");
  const opened = await api.post<Opened>("/password-link:read", { token }).catch((error: unknown) => error);
  if (!isOpened(opened)) {
    const said = element("p", classes.problem, messageOf(opened));
    said.setAttribute("role", "alert");
    showForm(root, t("sign_in.link_closed"), [said, linkButton(t("sign_in.to_sign_in"), leave)], kDone).querySelector("button")?.focus();
    return;
  }
  const email = input("email", t("sign_in.email"), "username");
  email.field.value = opened.email;
  email.field.readOnly = true;
  const password = input("password", t("sign_in.new_password"), "new-password");
  const again = input("password", t("sign_in.new_password_again"), "new-password");
  again.field.name = "again";
  const problem = alertLine();
  const button = submitButton(t("sign_in.set_password"));
  const greeting = element("p", classes.hint, t(opened.kind === "invitation" ? "sign_in.welcome" : "sign_in.choose_password", { name: opened.name }));
  showForm(root, t(opened.kind === "invitation" ? "sign_in.invited_title" : "sign_in.reset_title"), [greeting, email.label, password.label, again.label, problem, button], submit);
  password.field.focus();

  async function submit(): Promise<void> {
    if (password.field.value !== again.field.value) {
      problem.textContent = t("sign_in.not_the_same");
      again.field.select();
      return;
    }
    button.disabled = true;
    problem.textContent = "";
    try {
      await api.post("/password-link:use", { token, password: password.field.value });
      await signIn(email.field.value, password.field.value);
      leave();
    } catch (error) {
      button.disabled = false;
      problem.textContent = error instanceof Problem && error.errors[0] ? error.errors[0].message : messageOf(error);
      password.field.select();
    }
  }
}

function isOpened(value: unknown): value is Opened {
  return typeof value === "object" && value !== null && "email" in value;
}
