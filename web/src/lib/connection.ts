import { online } from "@web/lib/api";

const kAskAgain_ms = 3000;

let timer: ReturnType<typeof setTimeout> | undefined;

async function ask(): Promise<void> {
  timer = undefined;
  try {
    const answer = await fetch("/health", { cache: "no-store" });
    await answer.text();
    online.set(answer.status < 500);
  } catch {
    online.set(false);
  }
  if (!online.get()) timer = setTimeout(() => void ask(), kAskAgain_ms);
}

/** Asks the server now and, while it is silent, every few seconds: the notice goes away without anybody pressing anything. */
export function checkConnection(): void {
  clearTimeout(timer);
  void ask();
}

/** Follows the connection from the start of the application. */
export function watchConnection(): void {
  window.addEventListener("offline", () => {
    online.set(false);
    checkConnection();
  });
  window.addEventListener("online", checkConnection);
  online.subscribe(() => {
    if (!online.get() && timer === undefined) timer = setTimeout(() => void ask(), kAskAgain_ms);
  });
}
