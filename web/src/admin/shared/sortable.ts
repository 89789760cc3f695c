import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState, type RefObject } from "react";

export interface Place {
  list: string;
  id: string;
}

export type Edge = "top" | "bottom";

interface SortableOptions extends Place {
  /** Only things of the same kind may be dropped on each other. */
  kind: string;
  axis?: "x" | "y";
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
}

/** A thing that can be dragged before or behind others of its kind, in the same list or another. */
export function useSortable<T extends HTMLElement>({ kind, list, id, axis = "y", onDrop }: SortableOptions): { ref: RefObject<T | null>; edge: Edge | null; is_dragged: boolean } {
  const ref = useRef<T>(null);
  const drop = useRef(onDrop);
  const [edge, setEdge] = useState<Edge | null>(null);
  const [is_dragged, setDragged] = useState(false);
  useEffect(() => { drop.current = onDrop; });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const edgeAt = (x: number, y: number): Edge => {
      const box = element.getBoundingClientRect();
      return (axis === "y" ? y < box.top + box.height / 2 : x < box.left + box.width / 2) ? "top" : "bottom";
    };
    return combine(
      draggable({ element, getInitialData: () => ({ kind, list, id }), onDragStart: () => setDragged(true), onDrop: () => setDragged(false) }),
      dropTargetForElements({
        element, canDrop: ({ source }) => source.data.kind === kind && !(source.data.list === list && source.data.id === id),
        onDrag: ({ location }) => setEdge(edgeAt(location.current.input.clientX, location.current.input.clientY)),
        onDragLeave: () => setEdge(null),
        onDrop: ({ source, location }) => {
          setEdge(null);
          if (location.current.dropTargets[0]?.element !== element) return;
          const { clientX, clientY } = location.current.input;
          drop.current({ list: String(source.data.list), id: String(source.data.id) }, { list, id }, edgeAt(clientX, clientY));
        },
      }),
    );
  }, [kind, list, id, axis]);
  return { ref, edge, is_dragged };
}

/** The list with `id` before or behind `onto`. */
export function movedTo<T>(items: T[], keyOf: (item: T) => string, id: string, onto: string, edge: Edge): T[] {
  const moved = items.find((item) => keyOf(item) === id);
  if (!moved || id === onto) return items;
  const rest = items.filter((item) => item !== moved);
  const at = rest.findIndex((item) => keyOf(item) === onto);
  rest.splice(edge === "top" ? at : at + 1, 0, moved);
  return rest;
}

/** The list with the item at `at` one step further. */
export function stepped<T>(items: T[], at: number, step: number): T[] {
  const next = [...items];
  const [moved] = next.splice(at, 1);
  if (moved !== undefined) next.splice(Math.max(0, at + step), 0, moved);
  return next;
}
