import "@web/kit/tokens.css";
import { guessLanguage, loadLanguage } from "@web/lib/i18n";
import { setApiLanguage } from "@web/lib/api";
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
  // The bundle comes beside the question, not after its answer; a visitor never gets it.
  if (wasSignedIn()) void loadApplication();
  const is_signed_in = await restoreSession();
  await texts;
  if (is_signed_in) (await loadApplication()).startApplication(root);
  else (await loadSignIn()).startSignIn(root, () => void loadApplication());
}

start().catch(async (error: unknown) => {
  const { showStartFailure } = await import("@web/app/start-failure");
  showStartFailure(root, error, () => location.reload());
});
