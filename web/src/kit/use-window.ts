import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { usePhone } from "@web/kit/use-phone";

/** Browsers cut elements near 33 million pixels; longer lists are scaled into this height. */
export const kMaxHeight_px = 15_000_000;

/** What stands above any list: the bar of the shell and the head of the screen. Good enough until the browser has measured the list. */
const kAbove_px = 100;

export interface RowWindow {
  first: number;
  /** One past the last row drawn. */
  end: number;
  /** Height of the spacer that gives the scroll bar its length. */
  total_px: number;
  /** Where row `first` begins inside the spacer. */
  offset_px: number;
}

/**
 * The rows to draw for a scroll position, of `count` rows of equal height.
 * Up to kMaxHeight_px one pixel of scrolling is one pixel of rows; above it the position is scaled.
 */
export function windowAt(scroll_px: number, viewport_px: number, count: number, row_px: number, overscan: number): RowWindow {
  const natural_px = count * row_px;
  const total_px = Math.min(natural_px, kMaxHeight_px);
  const scroll_range = Math.max(1, total_px - viewport_px);
  const is_scaled = natural_px > kMaxHeight_px;
  const top_px = is_scaled ? (Math.min(scroll_px, scroll_range) / scroll_range) * (natural_px - viewport_px) : scroll_px;
  const first = Math.max(0, Math.floor(top_px / row_px) - overscan);
  const end = Math.min(count, Math.ceil((top_px + viewport_px) / row_px) + overscan);
  const offset_px = is_scaled ? scroll_px - (top_px - first * row_px) : first * row_px;
  return { first: Math.min(first, end), end, total_px, offset_px };
}

/** The scroll position that brings a row to the top. */
export function scrollFor(row: number, viewport_px: number, count: number, row_px: number): number {
  const natural_px = count * row_px;
  if (natural_px <= kMaxHeight_px) return row * row_px;
  return ((row * row_px) / (natural_px - viewport_px)) * (kMaxHeight_px - viewport_px);
}

interface WindowOptions {
  count: number;
  row_px: number;
  overscan?: number;
}

/** Windowing of rows of equal height inside a scrolling element. */
export function useWindow(scroller: RefObject<HTMLElement | null>, { count, row_px, overscan = 6 }: WindowOptions) {
  // Rows outside the view are drawn once those in it have been painted.
  const [scroll, setScroll] = useState({ top: 0, height: window.innerHeight - kAbove_px, is_measured: false });
  const frame = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const read = () => {
      frame.current = 0;
      setScroll((before) => {
        const next = { top: element.scrollTop, height: element.clientHeight || 800, is_measured: true };
        return before.is_measured && before.top === next.top && before.height === next.height ? before : next;
      });
    };
    const schedule = () => {
      if (frame.current === 0) frame.current = requestAnimationFrame(read);
    };
    element.addEventListener("scroll", schedule, { passive: true });
    // The observer tells the first size too; asking for it here would make the browser lay the page out once more.
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", schedule);
      observer.disconnect();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [scroller]);
  const rows = windowAt(scroll.top, scroll.height, count, row_px, scroll.is_measured ? overscan : 0);
  const scrollToRow = useCallback((row: number) => {
    const element = scroller.current;
    if (!element) return;
    const view_px = element.clientHeight;
    const now = windowAt(element.scrollTop, view_px, count, row_px, 0);
    if (row > now.first && row < now.end - 1) return;
    const top = row <= now.first ? scrollFor(row, view_px, count, row_px) : scrollFor(row + 1, view_px, count, row_px) - view_px;
    element.scrollTop = Math.max(0, top);
  }, [scroller, count, row_px]);
  return { ...rows, scrollToRow };
}

/** Two lines and room for a thumb. */
export const kPhoneRow_px = 60;

/** Height of a list row by the density the user chose, in pixels. */
export function useRowHeight(): number {
  const is_phone = usePhone();
  const read = () => (document.documentElement.dataset.density === "compact" ? 28 : 36);
  const [height, setHeight] = useState(read);
  useEffect(() => {
    const observer = new MutationObserver(() => setHeight(read()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-density"] });
    return () => observer.disconnect();
  }, []);
  return is_phone ? kPhoneRow_px : height;
}
