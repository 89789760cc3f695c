import { useQuery } from "@tanstack/react-query";
import { useDebounced } from "@web/kit/use-debounced";
import { createRecord } from "@web/lib/calls/save-record";
import type { Entity, FieldType } from "@web/lib/metadata-types";
import { Problem } from "@web/lib/problem";
import type { Candidate } from "@web/lib/values";

const kTelling = new Set<FieldType>(["phone", "email", "messenger"]);

/** Records like the one being typed: asked of the server without writing, once the typing rests. */
export function useDuplicates(entity: Entity, values: Record<string, unknown>): Candidate[] {
  const telling = entity.fields.filter((field) => kTelling.has(field.type) || field.format || field.key === entity.title).map((field) => field.key);
  const asked = useDebounced(JSON.stringify(Object.fromEntries(Object.entries(values).filter(([key]) => telling.includes(key)))), 400);
  const { data } = useQuery({
    queryKey: ["duplicates", entity.plural, asked],
    queryFn: async ({ signal }) => {
      try {
        await createRecord(entity.plural, JSON.parse(asked) as Record<string, unknown>, { dry_run: true, signal });
      } catch (error) {
        if (error instanceof Problem) return error.candidates;
        throw error;
      }
      return [];
    },
    enabled: asked.length > 8, staleTime: 30_000, retry: false,
  });
  return data ?? [];
}
