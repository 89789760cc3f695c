import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@web/lib/problem";

/** Live updates keep the cache true, so data is not fetched again merely because time passed. */
export const query_client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // The API client has its own retries.
      retry: (count, error) => !(error instanceof Problem) && count < 1,
    },
    mutations: { retry: false },
  },
});
