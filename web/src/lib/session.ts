import { api, setCsrfToken } from "@web/lib/api";
import { Problem } from "@web/lib/problem";

/** The answer of GET and POST /session. */
export interface Session {
  user: { id: number; title?: string; name?: string; email?: string | null; notice_mail?: "off" | "at_once" | "daily" };
  is_admin?: boolean;
  can_change_metadata?: boolean;
  language?: string | null;
  time_zone?: string | null;
  currency?: string | null;
  department?: number | null;
  csrf: string;
  /** Where the stream of changes stood before anything else was read. */
  live_position?: string;
}

const kHint = "matvey.signed_in";

/** Whether this browser was signed in last time: lets the start-up load the application beside the question. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(kHint) === "1";
}

function accept(session: Session): Session {
  setCsrfToken(session.csrf);
  localStorage.setItem(kHint, "1");
  return session;
}

export async function readSession(): Promise<Session> {
  return accept(await api.get<Session>("/session", { together: "now" }));
}

/** The open session of the cookie; null when there is none. */
export async function restoreSession(): Promise<Session | null> {
  try {
    return await readSession();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    localStorage.removeItem(kHint);
    return null;
  }
}

export async function signIn(email: string, password: string): Promise<Session> {
  return accept(await api.post<Session>("/session", { email, password }, { retries: 1 }));
}

export async function signOut(): Promise<void> {
  await api.delete("/session");
  localStorage.removeItem(kHint);
  location.assign("/");
}
