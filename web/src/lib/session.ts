import { api, setCsrfToken } from "@web/lib/api";
import { Problem } from "@web/lib/problem";

interface SessionAnswer {
  user: { id: number; name?: string; title?: string } | null;
  csrf: string;
}

const kHint = "matvey.signed_in";

/** Whether this browser was signed in last time: lets the start-up load the application beside the question. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(kHint) === "1";
}

/** True when the cookie belongs to an open session. */
export async function restoreSession(): Promise<boolean> {
  try {
    const session = await api.get<SessionAnswer>("/session");
    setCsrfToken(session.csrf);
    localStorage.setItem(kHint, "1");
    return true;
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 404)) {
      localStorage.removeItem(kHint);
      return false;
    }
    throw error;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  const session = await api.post<SessionAnswer>("/session", { email, password }, { retries: 1 });
  setCsrfToken(session.csrf);
  localStorage.setItem(kHint, "1");
}

export async function signOut(): Promise<void> {
  await api.delete("/session");
  localStorage.removeItem(kHint);
  location.assign("/");
}
