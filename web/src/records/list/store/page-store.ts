import type { Query } from "@web/lib/filter";
import type { AnyRecord, Count, RecordPage } from "@web/lib/values";

/**
 * The rows of one query, read page by page as the scroll needs them.
 *
 * Invariants: page i starts after `cursors[i]` (cursors[0] is null); a page's cursor is known once the page before it was read or
 * walked over; at most kKeptPages pages are held, the farthest from the view go first, their cursors stay. `end` is the number of rows
 * once the last page was seen, null before.
 */
export const kPageSize = 100;
const kKeptPages = 40;
const kWalkSize = 1000;

export type FetchPage = (query: Query, signal: AbortSignal) => Promise<RecordPage>;

export interface StoreState {
  /** Rows the scroller should have room for. */
  row_count: number;
  /** Exact number of rows, when known. */
  exact: number | null;
  estimate: number | null;
  is_first_load: boolean;
  /** On the way to a far row: pages are being walked over. */
  is_walking: boolean;
  error: unknown;
}

export class PageStore {
  private readonly pages = new Map<number, AnyRecord[]>();
  private readonly cursors: (string | null)[] = [null];
  private readonly listeners = new Set<() => void>();
  private readonly abort = new AbortController();
  private readonly fetch_page: FetchPage;
  private readonly query: Query;
  private wanted: [number, number] = [0, 0];
  private is_running = false;
  private end: number | null = null;
  private generation = 0;
  private state: StoreState = { row_count: 0, exact: null, estimate: null, is_first_load: true, is_walking: false, error: null };

  constructor(query: Query, fetch_page: FetchPage) {
    this.query = query;
    this.fetch_page = fetch_page;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): StoreState => this.state;

  /** Undefined while the row's page is not here. */
  row(index: number): AnyRecord | undefined {
    return this.pages.get(Math.floor(index / kPageSize))?.[index % kPageSize];
  }

  /** Place of a loaded record, -1 when its page is not here. */
  indexOf(id: number): number {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * kPageSize + at;
    }
    return -1;
  }

  /** Asks for the rows in view; what is missing is fetched, the latest wish first. */
  want(first: number, end: number): void {
    this.wanted = [Math.floor(first / kPageSize), Math.floor(Math.max(first, end - 1) / kPageSize)];
    void this.run();
  }

  dispose(): void {
    this.abort.abort();
    this.listeners.clear();
  }

  /** Rows changed elsewhere: replaced in place, so that nothing jumps under the pointer. */
  replace(rows: AnyRecord[]): void {
    const by_id = new Map(rows.map((row) => [row.id, row]));
    this.mapRows((row) => (by_id.has(row.id) ? { ...row, ...by_id.get(row.id) } : row));
  }

  /** Takes a row out of its page; the pages after it are read anew. */
  remove(id: number): void {
    const at = this.indexOf(id);
    if (at >= 0) this.reload();
  }

  /** Reads everything in view again, from the same place; the rows stay drawn until the new ones come. */
  reload(): void {
    this.generation += 1;
    this.cursors.length = 1;
    const [first, last] = this.wanted;
    for (const page of [...this.pages.keys()]) if (page < first || page > last) this.pages.delete(page);
    this.stale = new Set(this.pages.keys());
    this.end = null;
    void this.run();
  }

  setExact(count: number): void {
    this.publish({ exact: count });
  }

  private stale = new Set<number>();

  private mapRows(change: (row: AnyRecord) => AnyRecord): void {
    for (const [page, rows] of this.pages) {
      const next = rows.map(change);
      if (next.some((row, index) => row !== rows[index])) this.pages.set(page, next);
    }
    this.publish({});
  }

  private nextMissing(): number | null {
    const last = this.end === null ? Infinity : Math.max(0, Math.ceil(this.end / kPageSize) - 1);
    for (let page = this.wanted[0]; page <= Math.min(this.wanted[1], last); page += 1) {
      if (!this.pages.has(page) || this.stale.has(page)) return page;
    }
    return null;
  }

  private async run(): Promise<void> {
    if (this.is_running) return;
    this.is_running = true;
    try {
      for (let page = this.nextMissing(); page !== null; page = this.nextMissing()) {
        if (this.cursors[page] === undefined) await this.walkTowards(page);
        else await this.readPage(page);
      }
      if (this.state.error) this.publish({ error: null });
    } catch (error) {
      if (!this.abort.signal.aborted) this.publish({ error, is_first_load: false, is_walking: false });
    } finally {
      this.is_running = false;
    }
  }

  private async readPage(page: number): Promise<void> {
    const generation = this.generation;
    const wants_count = page === 0 && this.state.estimate === null && this.query.count !== "none";
    const answer = await this.fetch_page({
      ...this.query, limit: kPageSize, cursor: this.cursors[page] ?? null, count: wants_count ? "estimate" : "none",
    }, this.abort.signal);
    if (generation !== this.generation) return;
    this.pages.set(page, answer.items);
    this.stale.delete(page);
    if (answer.next !== null) this.cursors[page + 1] = answer.next;
    else this.end = page * kPageSize + answer.items.length;
    if (this.end !== null) for (const held of [...this.pages.keys()]) if (held * kPageSize >= Math.max(1, this.end)) this.pages.delete(held);
    this.drop();
    this.publish({ ...this.counted(answer.count), is_first_load: false, is_walking: false, error: null });
  }

  /** One long step over rows that are not shown: only cursors are wanted. */
  private async walkTowards(page: number): Promise<void> {
    const generation = this.generation;
    let known = Math.min(page, this.cursors.length - 1);
    while (this.cursors[known] === undefined) known -= 1;
    this.publish({ is_walking: true });
    const steps = Math.min(page - known, kWalkSize / kPageSize);
    const answer = await this.fetch_page({ ...this.query, fields: ["id"], limit: steps * kPageSize, cursor: this.cursors[known] ?? null, count: "none" }, this.abort.signal);
    if (generation !== this.generation) return;
    if (answer.next !== null) {
      this.cursors[known + steps] = answer.next;
      return;
    }
    this.end = known * kPageSize + answer.items.length;
    this.wanted = [Math.min(this.wanted[0], this.lastPage()), Math.min(this.wanted[1], this.lastPage())];
    if (this.cursors[this.lastPage()] === undefined) await this.walkToLast(known);
    this.publish(this.counted(undefined));
  }

  /** The end came inside a long step: finds the cursor of the last page by page-sized steps. */
  private async walkToLast(from: number): Promise<void> {
    for (let page = from; page < this.lastPage(); page += 1) {
      if (this.cursors[page + 1] !== undefined) continue;
      const answer = await this.fetch_page({ ...this.query, fields: ["id"], limit: kPageSize, cursor: this.cursors[page] ?? null, count: "none" }, this.abort.signal);
      if (answer.next === null) return;
      this.cursors[page + 1] = answer.next;
    }
  }

  private lastPage(): number {
    return Math.max(0, Math.ceil((this.end ?? 0) / kPageSize) - 1);
  }

  private counted(count: Count | undefined): Partial<StoreState> {
    const seen = Math.max(0, ...[...this.pages].map(([page, rows]) => page * kPageSize + rows.length), (this.cursors.length - 1) * kPageSize);
    const exact = this.end ?? (count?.kind === "exact" ? count.value : this.end === null && this.state.exact !== null ? this.state.exact : null);
    const estimate = count?.value ?? this.state.estimate;
    const more = this.end === null ? seen + kPageSize : seen;
    const row_count = this.end ?? Math.max(exact ?? estimate ?? 0, exact === null ? more : 0);
    return { exact, estimate, row_count };
  }

  private drop(): void {
    if (this.pages.size <= kKeptPages) return;
    const middle = (this.wanted[0] + this.wanted[1]) / 2;
    const far_first = [...this.pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far_first.slice(0, this.pages.size - kKeptPages)) this.pages.delete(page);
  }

  private publish(changes: Partial<StoreState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of [...this.listeners]) listener();
  }
}
