import "@web/kit/tokens.css";
import { guessLanguage, loadLanguage } from "@web/lib/i18n";
import { api, session_lost, setApiLanguage } from "@web/lib/api";
import type { MetadataDocument } from "@web/lib/metadata-types";
import { listenEarly } from "@web/lib/live-worker";
import { restoreSession, wasSignedIn } from "@web/lib/session";

// The page is coloured before anything is drawn.
const theme = localStorage.getItem("matvey.theme") ?? "auto";
const is_dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.mantineColorScheme = is_dark ? "dark" : "light";
document.documentElement.dataset.density = localStorage.getItem("matvey.density") ?? "comfortable";

const loadApplication = () => import("@web/app/application");
const loadSignIn = () => import("@web/app/sign-in/sign-in");

/** The page's only element; this script may run before the parser has come to it. */
async function rootElement(): Promise<HTMLElement> {
  if (document.readyState === "loading") await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  return document.getElementById("root") as HTMLElement;
}

async function start(): Promise<void> {
  const language = guessLanguage();
  setApiLanguage(language);
  const texts = loadLanguage(language);
  // The page of a link from a letter is for whoever has the link, signed in or not.
  if (location.pathname === "/set-password") {
    await texts;
    await (await import("@web/app/sign-in/password-pages")).startSetPassword(await rootElement());
    return;
  }
  // The bundle and the metadata come beside the question, not after its answer; a visitor never gets them.
  const metadata = wasSignedIn() ? api.get<MetadataDocument>("/metadata", { together: "now" }).catch(() => null) : null;
  if (metadata) {
    void loadApplication();
    listenEarly(language === "ru" ? "ru-RU" : "en-GB");
  }
  const session = await restoreSession();
  await texts;
  const root = await rootElement();
  if (session) (await loadApplication()).startApplication(root, session, await metadata);
  else {
    session_lost.set(false);
    (await loadSignIn()).startSignIn(root, () => void loadApplication());
  }
}

start().catch(async (error: unknown) => {
  const root = await rootElement();
  const { showStartFailure } = await import("@web/app/start-failure");
  showStartFailure(root, error, () => location.reload());
});
