import type { Query } from "@web/lib/filter";
import type { AnyRecord, RecordPage } from "@web/lib/values";

/**
 * The cards of one column: the first twenty, more as it is scrolled. Cards that were moved in or out by hand are placed at once;
 * the next reading settles the order.
 */
export const kColumnPage = 20;

export function firstPage(query: Query): Query {
  return { ...query, limit: kColumnPage, cursor: null };
}

export interface ColumnState {
  cards: AnyRecord[];
  has_more: boolean;
  is_loading: boolean;
  is_loaded: boolean;
  error: unknown;
}

export class ColumnStore {
  private readonly fetch_page: (query: Query, signal: AbortSignal) => Promise<RecordPage>;
  private readonly query: Query;
  private readonly listeners = new Set<() => void>();
  private readonly abort = new AbortController();
  private cursor: string | null = null;
  private state: ColumnState = { cards: [], has_more: true, is_loading: false, is_loaded: false, error: null };

  /** `first`: the first page, where it is known already. */
  constructor(query: Query, fetch_page: (query: Query, signal: AbortSignal) => Promise<RecordPage>, first?: RecordPage) {
    this.query = query;
    this.fetch_page = fetch_page;
    if (first) this.append(first);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): ColumnState => this.state;

  async start(): Promise<void> {
    if (!this.state.is_loaded) await this.more();
  }

  async more(): Promise<void> {
    if (this.state.is_loading || !this.state.has_more) return;
    this.publish({ is_loading: true });
    try {
      // A scrolled column is worth longer pages.
      const query = this.cursor === null ? firstPage(this.query) : { ...this.query, limit: kColumnPage * 3, cursor: this.cursor };
      this.append(await this.fetch_page(query, this.abort.signal));
    } catch (error) {
      if (!this.abort.signal.aborted) this.publish({ is_loading: false, is_loaded: true, error });
    }
  }

  /** Reads the shown part again; the cards stay until the new ones come. */
  async reload(): Promise<void> {
    try {
      const limit = Math.min(1000, Math.max(kColumnPage, this.state.cards.length));
      const page = await this.fetch_page({ ...this.query, limit, cursor: null }, this.abort.signal);
      this.cursor = page.next;
      this.publish({ cards: page.items, has_more: page.next !== null, is_loaded: true, error: null });
    } catch (error) {
      if (!this.abort.signal.aborted) this.publish({ error });
    }
  }

  has(id: number): boolean {
    return this.state.cards.some((card) => card.id === id);
  }

  put(card: AnyRecord, before_id: number | null = null): void {
    const rest = this.state.cards.filter((one) => one.id !== card.id);
    const at = before_id === null ? 0 : Math.max(0, rest.findIndex((one) => one.id === before_id));
    this.publish({ cards: [...rest.slice(0, at), card, ...rest.slice(at)] });
  }

  take(id: number): AnyRecord | undefined {
    const found = this.state.cards.find((card) => card.id === id);
    if (found) this.publish({ cards: this.state.cards.filter((card) => card.id !== id) });
    return found;
  }

  private append(page: RecordPage): void {
    const known = new Set(this.state.cards.map((card) => card.id));
    this.cursor = page.next;
    this.publish({ cards: [...this.state.cards, ...page.items.filter((card) => !known.has(card.id))], has_more: page.next !== null, is_loading: false, is_loaded: true, error: null });
  }

  private publish(changes: Partial<ColumnState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of [...this.listeners]) listener();
  }
}
