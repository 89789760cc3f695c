import type { Candidate } from "@web/lib/values";

export interface FieldProblem {
  path: string;
  code: string;
  message: string;
}

interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: FieldProblem[];
  candidates?: Candidate[];
  [key: string]: unknown;
}

/** An answer of kind application/problem+json, or a failure to get any answer (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldProblem[];
  readonly candidates: Candidate[];
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = (body.type ?? "").split("/").pop() ?? "";
    this.errors = body.errors ?? [];
    this.candidates = body.candidates ?? [];
    this.body = body;
  }

  get is_offline(): boolean {
    return this.status === 0;
  }

  /** True for a version conflict, false for duplicates, which answer 409 as well. */
  get is_conflict(): boolean {
    return this.status === 409 && this.candidates.length === 0;
  }

  get has_duplicates(): boolean {
    return this.candidates.length > 0;
  }
}

/** Messages by field: `phones[0].raw` counts for `phones`. */
export function problemsByField(problem: Problem | null | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const error of problem?.errors ?? []) {
    const field = error.path.split(/[.[]/)[0] ?? "";
    found[field] = found[field] ? `${found[field]} ${error.message}` : error.message;
  }
  return found;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
