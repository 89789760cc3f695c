import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { isOver, readJob, type Job } from "@web/lib/calls/bulk";
import { changeImport, readImport, type Import, type ImportJob, type ImportPatch } from "@web/lib/calls/imports";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

const kPoll_ms = 600;

/** A job at work: neither over nor waiting for a hand. */
export function isBusy(job: ImportJob | null | undefined): boolean {
  return job?.state === "running" || job?.state === "queued";
}

export function importKey(id: number): [string, number] {
  return ["import", id];
}

/** An import, asked for again while one of its jobs works, and what changes it. */
export function useImport(id: number) {
  const client = useQueryClient();
  const [is_changing, setChanging] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: importKey(id), queryFn: ({ signal }) => readImport(id, signal), staleTime: 0,
    refetchInterval: ({ state }) => (isBusy(state.data?.job) || isBusy(state.data?.dry_run_job) ? kPoll_ms : false),
  });
  const put = useCallback((next: Import) => client.setQueryData(importKey(id), next), [client, id]);
  const change = useCallback(async (patch: ImportPatch): Promise<boolean> => {
    setChanging(true);
    const { sheets: _sheets, encoding: _encoding, delimiter: _delimiter, mapping: _mapping, ...simple } = patch;
    client.setQueryData<Import>(importKey(id), (before) => before && { ...before, ...simple });
    try {
      put(await changeImport(id, patch));
      await client.invalidateQueries({ queryKey: ["import-preview", id] });
      return true;
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      void refetch();
      return false;
    } finally {
      setChanging(false);
    }
  }, [client, id, put, refetch]);
  const is_writing = isBusy(data?.job);
  const was_writing = useRef(false);
  useEffect(() => {
    // Lists that stand open elsewhere show what came.
    if (was_writing.current && !is_writing && data) announce({ entity: data.entity, id: 0, version: 0, action: "changed" });
    was_writing.current = is_writing;
  }, [is_writing, data]);
  return { data, error, refetch, put, change, is_changing };
}

/** A job by its number, asked for until it is over. */
export function useJob(id: number | null): Job | undefined {
  return useQuery({
    queryKey: ["job", id], enabled: id !== null, staleTime: 0, queryFn: ({ signal }) => readJob(id ?? 0, signal),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : kPoll_ms),
  }).data;
}
