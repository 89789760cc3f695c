import { api } from "@web/lib/api";

export interface SearchItem {
  id: number;
  title: string;
  subtitle?: string | null;
  matched?: { field: string; text: string }[];
}

export interface SearchGroup {
  entity: string;
  items: SearchItem[];
  more?: boolean;
}

/** Search over everything the caller may see, or over the named entities. */
export async function searchRecords(text: string, entities: string[] | null, limit: number, signal?: AbortSignal): Promise<SearchGroup[]> {
  const query = { q: text, limit, entities: entities?.join(",") };
  return (await api.get<{ groups: SearchGroup[] }>("/search", { query, signal })).groups;
}
