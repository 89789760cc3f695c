import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** What is chosen on a settings page stands in the address, so that a link shows another person the same. */
export function useChoice(name: string): [string | null, (value: string | null) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const raw = search[name];
  const choose = useCallback((value: string | null) => {
    const apply = ((before: Record<string, unknown>) => ({ ...before, [name]: value ?? undefined })) as never;
    void navigate({ to: ".", search: apply, replace: true });
  }, [navigate, name]);
  return [raw === undefined || raw === null ? null : String(raw), choose];
}
