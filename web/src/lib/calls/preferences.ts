import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@web/lib/api";
import { Problem } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";

async function readPreference(key: string): Promise<unknown> {
  try {
    const answer = await api.get<unknown>(`/preferences/${key}`, { together: "now" });
    const is_wrapped = typeof answer === "object" && answer !== null && "value" in answer;
    return is_wrapped ? (answer as { value: unknown }).value : answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Keeps the newest value here at once and on the server half a second after the last change. */
export function savePreference(key: string, value: unknown): void {
  query_client.setQueryData(["preference", key], value);
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => {
    timers.delete(key);
    void api.put(`/preferences/${key}`, { value }).catch(() => undefined);
  }, 500));
}

export function preferenceQuery(key: string) {
  return queryOptions({ queryKey: ["preference", key], queryFn: () => readPreference(key), staleTime: Infinity });
}

/** Per-user state of the interface, kept on the server. `undefined` while it loads. */
export function usePreference<T>(key: string): [T | null | undefined, (value: T) => void] {
  const { data } = useQuery(preferenceQuery(key));
  const save = useCallback((value: T) => savePreference(key, value), [key]);
  return [data as T | null | undefined, save];
}
