import { expect, test } from "vitest";
import { isOpenToClient, maySend, movesOf, mustAsk, primaryOf } from "./moves";

test("one button stands out in each state", () => {
  expect(primaryOf("quote", "draft")).toBe("send");
  expect(primaryOf("quote", "approval")).toBe("move");
  expect(primaryOf("quote", "accepted")).toBeNull();
  expect(primaryOf("invoice", "draft")).toBe("move");
  expect(primaryOf("invoice", "posted")).toBe("send");
  expect(primaryOf("waybill", "posted")).toBeNull();
  expect(primaryOf("deal", undefined)).toBeNull();
});

test("an offer goes its own way, other papers are posted", () => {
  expect(movesOf("quote", "sent").map((move) => move.action)).toEqual(["accept", "reject"]);
  expect(movesOf("quote", "approval").map((move) => move.action)).toEqual(["approve", "return"]);
  expect(movesOf("act", "draft").map((move) => move.action)).toEqual(["post"]);
  expect(movesOf("act", "posted")).toEqual([]);
});

test("a client is shown what has its number, and an offer is sent from its draft", () => {
  expect(isOpenToClient("draft")).toBe(false);
  expect(maySend("quote", "draft")).toBe(true);
  expect(maySend("invoice", "draft")).toBe(false);
  expect(maySend("invoice", "posted")).toBe(true);
});

test("advances and corrections ask before they are made", () => {
  expect(mustAsk("invoice", "tax_invoice")).toBe(true);
  expect(mustAsk("waybill", "tax_invoice")).toBe(false);
});
