import { Skeleton } from "@mantine/core";
import { useEffect, useState, type ComponentType } from "react";
import { loadedInput, loadInput } from "@web/fields/registry";
import type { InputProps } from "@web/fields/types";

/** The control of any field, by its type. */
export function FieldInput(props: InputProps) {
  const type = props.field.type;
  const [Input, setInput] = useState<ComponentType<InputProps> | undefined>(() => loadedInput(type));
  useEffect(() => {
    let is_gone = false;
    void loadInput(type).then((loaded) => {
      if (!is_gone) setInput(() => loaded);
    });
    return () => { is_gone = true; };
  }, [type]);
  return Input ? <Input {...props} /> : <Skeleton height={36} />;
}
