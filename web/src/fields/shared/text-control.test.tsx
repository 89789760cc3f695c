import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import { TextControl } from "@web/fields/shared/text-control";
import type { Entity, Field } from "@web/lib/metadata-types";

const kField = { key: "amount", label: "Сумма", type: "money" } as Field;
const format = (value: unknown) => (value as { amount: string } | null)?.amount.replace(/\.0+$/, "") ?? "";
const parse = (text: string) => (/^\d+(\.\d+)?$/.test(text) ? { amount: text } : undefined);

function Sum() {
  const [value, setValue] = useState<unknown>(null);
  return <MantineProvider><TextControl input={{ entity: {} as Entity, field: kField, value, onChange: setValue }} format={format} parse={parse} /></MantineProvider>;
}

it("leaves a sum as it is typed until the field is left", () => {
  render(<Sum />);
  const control = screen.getByRole<HTMLInputElement>("textbox", { name: "Сумма" });
  fireEvent.change(control, { target: { value: "5.0" } });
  expect(control.value).toBe("5.0");
  fireEvent.change(control, { target: { value: "5.05" } });
  expect(control.value).toBe("5.05");
  fireEvent.change(control, { target: { value: "7.0" } });
  fireEvent.blur(control);
  expect(control.value).toBe("7");
});
