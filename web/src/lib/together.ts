import { Problem } from "@web/lib/problem";

/**
 * Reads asked for in the same moment travel in one request, POST /multi, so that a screen costs few round trips.
 * A program without that route answers 404 once; from then on each read goes by itself.
 */
export interface Part {
  method: "GET" | "POST";
  path: string;
  body?: unknown;
}

interface Answer {
  status: number;
  body: unknown;
}

interface Waiting {
  part: Part;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Send = (parts: Part[]) => Promise<Answer[]>;
type SendOne = (part: Part) => Promise<unknown>;

const kMaxParts = 20;

/** How long what the first look does not wait for is held back: what the look needs has gone by then. */
const kLater_ms = 150;

export type Lane = "now" | "later";

const waiting: Record<Lane, Waiting[]> = { now: [], later: [] };
let is_known_absent = false;

async function settle(group: Waiting[], send: Send, sendOne: SendOne): Promise<void> {
  const alone = () => Promise.all(group.map(({ part, resolve, reject }) => sendOne(part).then(resolve, reject)));
  if (group.length === 1 || is_known_absent) {
    await alone();
    return;
  }
  try {
    const answers = await send(group.map((one) => one.part));
    group.forEach(({ resolve, reject }, at) => {
      const answer = answers[at];
      if (answer && answer.status < 300) resolve(answer.body);
      else reject(new Problem(answer?.status ?? 500, (answer?.body ?? {}) as Record<string, unknown>));
    });
  } catch (error) {
    const is_absent = error instanceof Problem && (error.status === 404 || error.status === 405);
    if (!is_absent) {
      group.forEach(({ reject }) => reject(error));
      return;
    }
    is_known_absent = true;
    await alone();
  }
}

/** Waits until the current task is over, or a little longer, then sends what came together. */
export function readTogether(part: Part, lane: Lane, send: Send, sendOne: SendOne): Promise<unknown> {
  return new Promise((resolve, reject) => {
    waiting[lane].push({ part, resolve, reject });
    if (waiting[lane].length > 1) return;
    setTimeout(() => {
      const all = waiting[lane];
      waiting[lane] = [];
      for (let from = 0; from < all.length; from += kMaxParts) void settle(all.slice(from, from + kMaxParts), send, sendOne);
    }, lane === "later" ? kLater_ms : 0);
  });
}
