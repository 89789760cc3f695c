import { messageOf, Problem } from "@web/lib/problem";

/** Each fault of a refused file, or the refusal itself. */
export function faultsOf(problem: unknown): string[] {
  if (!(problem instanceof Problem)) return [messageOf(problem)];
  const told = (problem.body.errors as { message: string }[] | undefined)?.map((error) => error.message) ?? [];
  return told.length > 0 ? told : [messageOf(problem)];
}
