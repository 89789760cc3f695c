import type { Entity, Field, ViewDefinition } from "@web/lib/metadata-types";
import { kNextStepField } from "@web/records/next-step";

/** The ways a section can be looked at. */
export type Shape = ViewDefinition["type"];

const kUsual = ["due_at", "starts_at", "expected_close", kNextStepField];

/** The dates a calendar may stand on, the usual ones first. */
export function calendarFields(entity: Entity): Field[] {
  const dates = entity.fields.filter((field) => (field.type === "date" || field.type === "instant") && field.filterable && !field.hidden && !field.system);
  const rank = (field: Field) => {
    const at = kUsual.indexOf(field.key);
    return at < 0 ? kUsual.length : at;
  };
  return dates.sort((a, b) => rank(a) - rank(b));
}

/** The addresses whose places a map can show. */
export function mapField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => field.type === "address" && !field.hidden);
}

export function shapesOf(entity: Entity): Shape[] {
  const shapes: Shape[] = ["list"];
  if (entity.stages) shapes.push("board");
  if (calendarFields(entity).length > 0) shapes.push("calendar");
  if (mapField(entity)) shapes.push("map");
  return shapes;
}

/** What the address asks for, else what the view is; a shape the entity does not have is a list. */
export function shapeNow(entity: Entity, asked: Shape | undefined, view: ViewDefinition | null | undefined): Shape {
  const wanted = asked ?? view?.type ?? "list";
  return shapesOf(entity).includes(wanted) ? wanted : "list";
}
