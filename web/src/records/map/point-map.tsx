import "leaflet/dist/leaflet.css";
import { circleMarker, featureGroup, map as makeMap, tileLayer, type FeatureGroup, type Map as Sheet } from "leaflet";
import { useEffect, useRef } from "react";
import { t } from "@web/lib/i18n";
import classes from "@web/records/map/map.module.css";
import type { Point } from "@web/records/map/points";

interface PointMapProps {
  points: Point[];
  /** Address of tiles with {z}, {x} and {y}; empty for a plain sheet. */
  tiles: string;
  onOpen: (id: number) => void;
}

/** Points that are moved and scaled as on any map; the keyboard reaches each of them. */
export function PointMap({ points, tiles, onOpen }: PointMapProps) {
  const place = useRef<HTMLDivElement>(null);
  const sheet = useRef<Sheet | null>(null);
  const drawn = useRef<FeatureGroup | null>(null);
  const open = useRef(onOpen);
  open.current = onOpen;
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const made = makeMap(element, { attributionControl: false, zoomSnap: 0.5, minZoom: 2 }).setView([56, 60], 4);
    made.zoomControl?.getContainer()?.querySelectorAll("a").forEach((link, at) => {
      const label = t(at === 0 ? "map.zoom_in" : "map.zoom_out");
      link.setAttribute("title", label);
      link.setAttribute("aria-label", label);
    });
    sheet.current = made;
    return () => { made.remove(); };
  }, []);
  useEffect(() => {
    if (!sheet.current || !tiles.includes("{z}")) return undefined;
    const layer = tileLayer(tiles, { maxZoom: 19 }).addTo(sheet.current);
    return () => { layer.remove(); };
  }, [tiles]);
  useEffect(() => {
    if (!sheet.current || points.length === 0) return undefined;
    const group = featureGroup(points.map((point) => {
      const marker = circleMarker([point.latitude, point.longitude], { radius: 8, weight: 2, className: classes.point ?? "" });
      const text = document.createElement("span");
      text.textContent = point.text ? `${point.title} — ${point.text}` : point.title;
      marker.bindTooltip(text).on("click", () => open.current(point.id));
      marker.on("add", () => {
        const dot = marker.getElement();
        dot?.setAttribute("tabindex", "0");
        dot?.setAttribute("role", "button");
        dot?.setAttribute("aria-label", point.title);
        dot?.addEventListener("keydown", (event) => { if ((event as KeyboardEvent).key === "Enter") open.current(point.id); });
      });
      return marker;
    })).addTo(sheet.current);
    drawn.current = group;
    sheet.current.fitBounds(group.getBounds().pad(0.2), { maxZoom: 12, animate: false });
    return () => { group.remove(); };
  }, [points]);
  return <div ref={place} className={classes.map} role="application" aria-label={t("shape.map")} data-plain={!tiles || undefined} />;
}
