import { expect, test } from "vitest";
import { changedPositions, renamedMoves } from "@web/admin/pipelines/stage-moves";
import type { AnyRecord } from "@web/lib/values";

const stage = (id: number, name: string, position: number, allowed_next: string[] = []) => ({ id, name, position, allowed_next }) as unknown as AnyRecord;

test("a renamed stage is renamed in the moves that lead to it", () => {
  const stages = [stage(1, "Новая", 1, ["В работе"]), stage(2, "В работе", 2), stage(3, "Пауза", 3, ["В работе", "Новая"])];
  expect(renamedMoves(stages, 2, "В работе", "Переговоры").map((move) => [move.stage.id, move.allowed_next])).toEqual([[1, ["Переговоры"]], [3, ["Переговоры", "Новая"]]]);
});

test("a stage that keeps its name touches no other", () => {
  expect(renamedMoves([stage(1, "Новая", 1, ["Новая"])], 2, "Новая", "Новая")).toEqual([]);
});

test("only stages that moved get a new position", () => {
  expect(changedPositions([stage(2, "б", 2), stage(1, "а", 1), stage(3, "в", 3)]).map((move) => [move.stage.id, move.position])).toEqual([[2, 1], [1, 2]]);
});
