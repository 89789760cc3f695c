import { expect, test } from "vitest";
import { addressesIn, isAddress } from "./addresses";

test("addresses are read as people write them", () => {
  expect(addressesIn("a@example.ru, b@example.ru; c@example.ru")).toEqual(["a@example.ru", "b@example.ru", "c@example.ru"]);
  expect(addressesIn("Мария Кузнецова <m@example.ru>, a@example.ru")).toEqual(["a@example.ru", "m@example.ru"]);
  expect(addressesIn("  ")).toEqual([]);
  expect(isAddress("m@example.ru")).toBe(true);
  expect(isAddress("пример@пример.рф")).toBe(true);
  expect(isAddress("m@example")).toBe(false);
});
