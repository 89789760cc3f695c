import { expect, test } from "vitest";
import { choiceOf, chosenAtFirst } from "./conversion-choice";

test("the known record is chosen at first, and a choice is sent as the server reads it", () => {
  expect(chosenAtFirst({ action: "link", id: 7, known: [] })).toBe("7");
  expect(chosenAtFirst({ action: "create", known: [] })).toBe("create");
  expect(chosenAtFirst({ action: "none", known: [] })).toBe("none");
  expect(choiceOf("7")).toEqual({ id: 7 });
  expect(choiceOf("create")).toEqual({ create: true });
  expect(choiceOf("none")).toBeNull();
});
