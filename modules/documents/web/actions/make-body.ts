import { parseDecimal } from "@web/lib/format/number";
import type { FieldProblem } from "@web/lib/problem";
import type { MakeBody, Remain } from "./document-calls";

/** A line of the basis in the dialog: taken or not, with what was typed over its figures. */
export interface Part {
  is_on: boolean;
  quantity?: string;
  price?: string;
}

export type Parts = Record<number, Part>;

export function isTaken(remain: Remain, parts: Parts): boolean {
  return parts[remain.line]?.is_on ?? Number(remain.left) > 0;
}

export function takenLines(remains: Remain[], parts: Parts): Remain[] {
  return remains.filter((remain) => isTaken(remain, parts));
}

/** What is asked of the server; without anything chosen by hand all that remains is asked for. */
export function bodyOf(to: string, remains: Remain[], parts: Parts, is_correction: boolean): MakeBody {
  const lines = takenLines(remains, parts).map((remain) => {
    const part = parts[remain.line];
    const quantity = part?.quantity === undefined ? undefined : (parseDecimal(part.quantity) ?? part.quantity);
    const price = part?.price ? (parseDecimal(part.price) ?? part.price) : undefined;
    return { line: remain.line, ...(quantity !== undefined ? { quantity } : {}), ...(price !== undefined ? { price } : {}) };
  });
  const named = is_correction ? lines.filter((line) => line.quantity !== undefined || line.price !== undefined) : lines;
  return Object.keys(parts).length === 0 ? { to } : { to, lines: named };
}

/** Messages by line of the basis: `lines[1].quantity` belongs to the second line that was taken. */
export function faultsByLine(errors: FieldProblem[], body: MakeBody): Record<number, string> {
  const found: Record<number, string> = {};
  for (const error of errors) {
    const at = /^lines\[(\d+)\]/.exec(error.path)?.[1];
    const line = at === undefined ? undefined : body.lines?.[Number(at)]?.line;
    if (line !== undefined) found[line] = error.message;
  }
  return found;
}
