import { api } from "@web/lib/api";
import type { FileValue } from "@web/lib/values";

/** Stores a file; it belongs to nobody until a record names its id. */
export function uploadFile(file: File, signal?: AbortSignal): Promise<FileValue> {
  const form = new FormData();
  form.set("file", file, file.name);
  return api.post<FileValue>("/files", form, { signal });
}
