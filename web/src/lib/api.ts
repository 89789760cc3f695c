import { Problem } from "@web/lib/problem";
import { createStore } from "@web/lib/store";
import { readTogether, type Lane, type Part } from "@web/lib/together";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface CallOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Retries after 503 and lost connections; creations carry a key that makes a repeat harmless. */
  retries?: number;
  /** A POST that only reads (`:query`, `:aggregate`): repeated after a lost connection like a GET. */
  is_read?: boolean;
  /** A read that may travel in one request with others: quick ones at once, those that the first look does not wait for a little later. */
  together?: Lane;
}

const kBase = "/api/v1";
const kRetryDelays_ms = [300, 900, 2500];

/** False while calls fail for want of a connection; the shell shows a notice. */
export const online = createStore(true);
/** True after a 401 in a session that was open: the shell asks for the password over the page. */
export const session_lost = createStore(false);

let csrf_token = "";
let language = "";

export function setCsrfToken(token: string): void {
  csrf_token = token;
}

export function setApiLanguage(code: string): void {
  language = code;
}

/** Unlike crypto.randomUUID this also works over plain http, as within a company's network. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addressOf(path: string, query: CallOptions["query"]): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined) pairs.set(name, String(value));
  }
  const text = pairs.toString();
  return `${kBase}${path}${text ? `?${text}` : ""}`;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }, { once: true });
  });
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return new Problem(response.status, JSON.parse(text) as Record<string, unknown>);
  } catch {
    return new Problem(response.status, { title: response.statusText || `HTTP ${response.status}` });
  }
}

function headersOf(method: Method, options: CallOptions): Headers {
  const headers = new Headers(options.headers);
  headers.set("Accept", "application/json");
  if (language) headers.set("Accept-Language", language);
  if (method !== "GET" && csrf_token) headers.set("X-CSRF-Token", csrf_token);
  if (method === "POST" && !options.is_read && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", randomKey());
  const is_json = options.body !== undefined && !(options.body instanceof FormData) && !(options.body instanceof Blob);
  if (is_json && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  return headers;
}

function bodyOf(body: unknown): BodyInit | null {
  if (body === undefined) return null;
  return body instanceof FormData || body instanceof Blob ? body : JSON.stringify(body);
}

/** A read by itself or, where the caller allows it, together with others. */
function read<T>(method: "GET" | "POST", path: string, options: CallOptions): Promise<T> {
  if (!options.together) return call<T>(method, path, { ...options, is_read: true });
  const target = addressOf(path, options.query).slice(kBase.length);
  const part: Part = { method, path: target, ...(options.body === undefined ? {} : { body: options.body }) };
  const send = async (parts: Part[]) => (await call<{ answers: { status: number; body: unknown }[] }>("POST", "/multi", { body: { requests: parts }, is_read: true })).answers;
  const sendOne = (one: Part) => call(one.method, one.path, { body: one.body, is_read: true });
  return (readTogether(part, options.together, send, sendOne) as Promise<T>).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 401 && path !== "/session") session_lost.set(true);
    throw error;
  });
}

/**
 * One call of the API. Throws Problem for every answer that is not 2xx, and for none at all.
 * Only calls whose repetition is harmless are repeated: reads, and writes with an Idempotency-Key or a version.
 */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const headers = headersOf(method, options);
  const init: RequestInit = { method, headers, body: bodyOf(options.body), credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  const retries = Math.min(options.retries ?? kRetryDelays_ms.length, kRetryDelays_ms.length);
  for (let attempt = 0; ; attempt += 1) {
    const can_retry = attempt < retries;
    let response: Response;
    try {
      response = await fetch(addressOf(path, options.query), init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      online.set(false);
      if (!can_retry || (method !== "GET" && !options.is_read)) throw new Problem(0, { title: "offline" });
      await pause(kRetryDelays_ms[attempt] ?? 0, options.signal);
      continue;
    }
    online.set(true);
    if (response.ok) return (await readBody(response)) as T;
    if (response.status === 503 && can_retry) {
      const asked_ms = Number(response.headers.get("Retry-After")) * 1000;
      await pause(Math.min(asked_ms || (kRetryDelays_ms[attempt] ?? 0), 5000), options.signal);
      continue;
    }
    const problem = await problemOf(response);
    if (response.status === 401 && path !== "/session") session_lost.set(true);
    throw problem;
  }
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const api = {
  get: <T>(path: string, options: CallOptions = {}) => read<T>("GET", path, options),
  /** A POST that only reads: `:query`, `:aggregate`, `:count`. */
  ask: <T>(path: string, body: unknown, options: CallOptions = {}) => read<T>("POST", path, { ...options, body }),
  post: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>("POST", path, { ...options, body }),
  put: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>("PUT", path, { ...options, body }),
  patch: <T>(path: string, body?: unknown, options?: CallOptions) => call<T>("PATCH", path, { ...options, body }),
  delete: <T>(path: string, options?: CallOptions) => call<T>("DELETE", path, options),
};

/** Headers of a call whose answer is not JSON and is therefore made with fetch itself. */
export function exportHeaders(): Headers {
  const headers = headersOf("POST", { is_read: true, body: {} });
  headers.set("Accept", "text/csv");
  return headers;
}
