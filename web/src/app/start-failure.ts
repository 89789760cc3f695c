/** Says that the server does not answer, before any screen could be drawn. Plain text in both languages: locales may be missing too. */
export function showStartFailure(root: HTMLElement, error: unknown, onRetry: () => void): void {
  console.error(error);
  const is_russian = !navigator.language.startsWith("en");
  const box = document.createElement("main");
  box.style.cssText = "max-width:420px;margin:20vh auto;padding:24px;text-align:center";
  const title = document.createElement("h1");
  title.textContent = is_russian ? "Сервер не отвечает" : "The server does not answer";
  const text = document.createElement("p");
  text.textContent = is_russian ? "Проверьте соединение и попробуйте ещё раз." : "Check the connection and try again.";
  const button = document.createElement("button");
  button.textContent = is_russian ? "Попробовать ещё раз" : "Try again";
  button.style.cssText = "margin-top:16px;padding:8px 16px;border:0;border-radius:6px;background:var(--accent);color:var(--on-accent);cursor:pointer";
  button.addEventListener("click", onRetry);
  box.append(title, text, button);
  root.replaceChildren(box);
}
