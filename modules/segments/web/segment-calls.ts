import { api } from "@web/lib/api";

interface Reference {
  id: number;
  title: string;
}

export interface SegmentMove {
  at: string;
  direction: "in" | "out";
  entity: string;
  record: Reference;
}

export interface RecordSegments {
  segments: Reference[];
  moves: { at: string; direction: "in" | "out"; segment: Reference }[];
}

/** Who came into a segment and left it lately, of records one may read. */
export function readMoves(id: number, signal?: AbortSignal): Promise<{ items: SegmentMove[] }> {
  return api.get<{ items: SegmentMove[] }>(`/segments/${id}/moves`, { signal });
}

/** The segments of a record and its ways in and out, of segments one may read. */
export function readSegmentsOf(entity: string, id: number, signal?: AbortSignal): Promise<RecordSegments> {
  return api.get<RecordSegments>("/record-segments", { query: { entity, id }, signal });
}

/** Puts records into a static segment and takes others out. */
export function changeMembers(id: number, body: { add?: number[]; remove?: number[] }): Promise<{ added: number; removed: number }> {
  return api.post<{ added: number; removed: number }>(`/segments/${id}/members`, body);
}

export function rebuildSegment(id: number): Promise<unknown> {
  return api.post(`/segments/${id}:rebuild`);
}
