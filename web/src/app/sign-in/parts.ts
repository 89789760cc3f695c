import classes from "@web/app/sign-in/sign-in.module.css";

/** Pieces of the pages before signing in, in plain DOM. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, class_name?: string, text?: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (class_name) made.className = class_name;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function input(type: string, text: string, autocomplete: string) {
  const label = element("label", classes.label);
  const field = element("input", classes.input);
  field.type = type;
  field.name = type;
  field.autocomplete = autocomplete as AutoFill;
  field.required = true;
  label.append(text, field);
  return { label, field };
}

export function logo(): HTMLElement {
  const picture = element("img", classes.logo);
  picture.src = "/icon.svg";
  picture.alt = "Matvey";
  picture.width = 48;
  picture.height = 48;
  return picture;
}

export function submitButton(text: string): HTMLButtonElement {
  const button = element("button", classes.button, text);
  button.type = "submit";
  return button;
}

export function linkButton(text: string, onClick: () => void): HTMLButtonElement {
  const button = element("button", classes.link, text);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

export function alertLine(): HTMLParagraphElement {
  const line = element("p", classes.problem);
  line.setAttribute("role", "alert");
  return line;
}

/** Puts a form with these parts in the place of the page. */
export function showForm(root: HTMLElement, title: string, parts: HTMLElement[], onSubmit: () => Promise<void>): HTMLFormElement {
  document.title = `${title} — Matvey`;
  const main = element("main", classes.page);
  const form = element("form", classes.form);
  form.noValidate = true;
  form.append(logo(), element("h1", undefined, title), ...parts);
  main.append(form);
  root.replaceChildren(main);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void onSubmit();
  });
  return form;
}
