import { expect, test } from "vitest";
import { rightsOf, scopesOf, withoutRights, withRights, type Rights } from "@web/admin/roles/rights";
import type { Entity } from "@web/lib/metadata-types";

const deal = { key: "deal", kind: "record", owner: "owner" } as Entity;
const user = { key: "user", kind: "system", owner: "" } as Entity;
const kRights: Rights = { "*": { read: "all", create: "all" } };

test("an entity that is not named follows everything else, people do not", () => {
  expect(rightsOf(kRights, deal)).toEqual({ rights: { read: "all", create: "all" }, is_own: false });
  expect(rightsOf(kRights, user)).toEqual({ rights: {}, is_own: false });
});

test("the first choice for an entity keeps what held for it before", () => {
  expect(withRights(kRights, deal, { read: "own" }).deal).toEqual({ read: "own", create: "all" });
});

test("no hidden fields and no condition leave no trace", () => {
  const rights = withRights({ deal: { read: "all", hidden: ["amount"], condition: "a = 1" } }, deal, { hidden: [], condition: "" });
  expect(rights.deal).toEqual({ read: "all" });
});

test("taking an entity's own rights away leaves those of the others", () => {
  expect(withoutRights({ ...kRights, deal: { read: "own" } }, "deal")).toEqual(kRights);
});

test("records without an owner are all or none", () => {
  expect(scopesOf(user, "read")).toEqual(["none", "all"]);
  expect(scopesOf(deal, "create")).toEqual(["none", "all"]);
  expect(scopesOf(deal, "update")).toContain("tree");
});
