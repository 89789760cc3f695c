import classes from "@web/app/sign-in/sign-in.module.css";
import { t } from "@web/lib/i18n";
import { messageOf, Problem } from "@web/lib/problem";
import { signIn } from "@web/lib/session";

/** The sign-in page is plain DOM: it loads neither the application nor its libraries until somebody starts to type a password. */
export function startSignIn(root: HTMLElement, warmUp: () => void): void {
  document.title = `${t("sign_in.title")} — Matvey`;
  const main = element("main", classes.page);
  const form = element("form", classes.form);
  form.noValidate = true;
  const title = element("h1");
  title.textContent = t("sign_in.title");
  const email = input("email", t("sign_in.email"), "username");
  const password = input("password", t("sign_in.password"), "current-password");
  const problem = element("p", classes.problem);
  problem.setAttribute("role", "alert");
  const button = element("button", classes.button);
  button.type = "submit";
  button.textContent = t("sign_in.submit");
  form.append(logo(), title, email.label, password.label, problem, button);
  main.append(form);
  root.replaceChildren(main);
  email.field.focus();
  password.field.addEventListener("input", warmUp, { once: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });

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

function element<K extends keyof HTMLElementTagNameMap>(tag: K, class_name?: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (class_name) made.className = class_name;
  return made;
}

function input(type: string, text: string, autocomplete: string) {
  const label = element("label", classes.label);
  const field = element("input", classes.input);
  field.type = type;
  field.name = type;
  field.autocomplete = autocomplete as AutoFill;
  field.required = true;
  label.append(text, field);
  return { label, field };
}

function logo(): HTMLElement {
  const picture = element("img", classes.logo);
  picture.src = "/icon.svg";
  picture.alt = "Matvey";
  picture.width = 48;
  picture.height = 48;
  return picture;
}
