import { expect, test } from "vitest";
import { zoneChoices } from "@web/admin/setup/zones";

test("zones stand from west to east with their distance to UTC", () => {
  const choices = zoneChoices(["Asia/Omsk", "Europe/Moscow", "Europe/London"], []);
  expect(choices.map((one) => one.value)).toEqual(["Europe/London", "Europe/Moscow", "Asia/Omsk"]);
  expect(choices[1]?.label).toContain("UTC+3");
});

test("of zones that are called the same the chosen one is kept", () => {
  const choices = zoneChoices(["Europe/Berlin", "Europe/Paris", "Europe/Rome"], ["Europe/Rome"]);
  expect(choices.map((one) => one.value)).toEqual(["Europe/Rome"]);
});

test("an unknown zone is shown as it stands", () => {
  expect(zoneChoices([], ["Nowhere/Land"])[0]?.value).toBe("Nowhere/Land");
});

test("the name of a zone is short and UTC is not called twice", () => {
  expect(zoneChoices(["Etc/UTC"], [])[0]?.label).toMatch(/UTC/);
  expect(zoneChoices(["Europe/Moscow"], [])[0]?.label).not.toMatch(/стандартное|Standard/);
});
