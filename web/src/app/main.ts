import "@web/kit/tokens.css";
import { guessLanguage, loadLanguage, localeTag } from "@web/lib/i18n";
import { api, session_lost, setApiLanguage } from "@web/lib/api";
import type { MetadataDocument } from "@web/lib/metadata-types";
import { restoreSession, wasSignedIn } from "@web/lib/session";

// The page is coloured before anything is drawn.
const theme = localStorage.getItem("matvey.theme") ?? "auto";
const is_dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.mantineColorScheme = is_dark ? "dark" : "light";
document.documentElement.dataset.density = localStorage.getItem("matvey.density") ?? "comfortable";

const root = document.getElementById("root") as HTMLElement;
const loadApplication = () => import("@web/app/application");
const loadSignIn = () => import("@web/app/sign-in/sign-in");

async function start(): Promise<void> {
  const language = guessLanguage();
  setApiLanguage(language);
  const texts = loadLanguage(language);
  // The page of a link from a letter is for whoever has the link, signed in or not.
  if (location.pathname === "/set-password") {
    await texts;
    await (await import("@web/app/sign-in/password-pages")).startSetPassword(root);
    return;
  }
  // The bundle and the metadata come beside the question, not after its answer; a visitor never gets them.
  const metadata = wasSignedIn() ? api.get<MetadataDocument>("/metadata", { together: "now" }).catch(() => null) : null;
  if (metadata) {
    void loadApplication();
    // The first format of a page is the dear one; it is made once the questions are on their way.
    setTimeout(() => new Intl.DateTimeFormat(localeTag(), { timeZone: "UTC" }).format());
  }
  const session = await restoreSession();
  await texts;
  if (session) (await loadApplication()).startApplication(root, session, await metadata);
  else {
    session_lost.set(false);
    (await loadSignIn()).startSignIn(root, () => void loadApplication());
  }
}

start().catch(async (error: unknown) => {
  const { showStartFailure } = await import("@web/app/start-failure");
  showStartFailure(root, error, () => location.reload());
});
