import { useQuery } from "@tanstack/react-query";
import { useCallback, useState, type RefObject } from "react";
import { useDebounced } from "@web/kit/use-debounced";
import { findLinks, type FoundLink } from "@web/lib/calls/find-links";
import { useMetadata } from "@web/lib/calls/metadata";

const kAsked = /(?:^|\s)@([\p{L}\d.-]{0,30})$/u;
const kNone: FoundLink[] = [];

/** The text node with the caret and what stands behind an «@» before it; null where no colleague is being called. */
function askedAt(place: HTMLElement | null): { node: Text; typed: string; end: number } | null {
  const selection = window.getSelection();
  const node = selection?.anchorNode;
  if (!place || !selection?.isCollapsed || !(node instanceof Text) || !place.contains(node)) return null;
  const match = kAsked.exec(node.data.slice(0, selection.anchorOffset));
  return match ? { node, typed: match[1] ?? "", end: selection.anchorOffset } : null;
}

export interface Mentions {
  found: FoundLink[];
  active: number;
  /** Looks at the caret again, after every change of the text. */
  look: () => void;
  /** Puts the colleague in place of «@…»; false where none is being called. */
  choose: (at: number) => boolean;
  move: (by: number) => void;
  close: () => void;
}

/** Calling a colleague inside a text: «@» and a part of the name. */
export function useMentions(place: RefObject<HTMLElement | null>): Mentions {
  const users = useMetadata().entity("user");
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const wanted = useDebounced(typed, 100);
  const { data } = useQuery({
    queryKey: ["links", "mention", wanted], enabled: Boolean(users) && wanted !== null, staleTime: 10_000,
    queryFn: ({ signal }) => (users ? findLinks(users, wanted ?? "", { limit: 6, signal }) : []),
  });
  const found = typed === null ? kNone : (data ?? kNone);
  const look = useCallback(() => {
    setTyped(askedAt(place.current)?.typed ?? null);
    setActive(0);
  }, [place]);
  const choose = (at: number) => {
    const asked = askedAt(place.current);
    const user = found[at];
    if (!asked || !user) return false;
    const range = document.createRange();
    range.setStart(asked.node, asked.end - asked.typed.length - 1);
    range.setEnd(asked.node, asked.end);
    range.deleteContents();
    const mention = document.createElement("span");
    mention.dataset.mention = `user:${user.id}`;
    mention.contentEditable = "false";
    mention.textContent = `@${user.title}`;
    const space = document.createTextNode("\u00a0");
    range.insertNode(space);
    range.insertNode(mention);
    window.getSelection()?.collapse(space, 1);
    setTyped(null);
    return true;
  };
  return { found, active: Math.min(active, Math.max(0, found.length - 1)), look, choose, move: (by) => setActive((before) => (before + by + found.length) % Math.max(1, found.length)), close: () => setTyped(null) };
}
