import { useQuery } from "@tanstack/react-query";
import { useDebounced } from "@web/kit/use-debounced";
import { duplicatesOfDraft } from "@web/lib/calls/duplicates";
import { createRecord } from "@web/lib/calls/save-record";
import type { Entity, FieldType } from "@web/lib/metadata-types";
import { Problem } from "@web/lib/problem";
import type { Candidate } from "@web/lib/values";

const kTelling = new Set<FieldType>(["phone", "email", "messenger"]);

/** Equal telephones, addresses and numbers: what saving would answer. */
async function exactDuplicates(plural: string, draft: Record<string, unknown>, signal: AbortSignal): Promise<Candidate[]> {
  try {
    await createRecord(plural, draft, { dry_run: true, signal });
  } catch (error) {
    if (error instanceof Problem) return error.candidates;
    throw error;
  }
  return [];
}

/** Records like the one being typed: asked of the server without writing, once the typing rests. */
export function useDuplicates(entity: Entity, values: Record<string, unknown>): Candidate[] {
  const telling = entity.fields.filter((field) => kTelling.has(field.type) || field.format || field.key === entity.title).map((field) => field.key);
  const asked = useDebounced(JSON.stringify(Object.fromEntries(Object.entries(values).filter(([key]) => telling.includes(key)))), 400);
  const { data } = useQuery({
    queryKey: ["duplicates", entity.plural, asked],
    queryFn: async ({ signal }) => {
      const draft = JSON.parse(asked) as Record<string, unknown>;
      const [exact, alike] = await Promise.all([exactDuplicates(entity.plural, draft, signal), duplicatesOfDraft(entity.plural, draft, signal).catch(() => [])]);
      const known = new Set(alike.map((candidate) => candidate.id));
      return [...alike, ...exact.filter((candidate) => !known.has(candidate.id))];
    },
    enabled: asked.length > 8, staleTime: 30_000, retry: false,
  });
  return data ?? [];
}
