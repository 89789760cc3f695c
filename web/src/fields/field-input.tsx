import { Skeleton } from "@mantine/core";
import { useEffect, useState, type ComponentType } from "react";
import { loadedInput, loadInput } from "@web/fields/registry";
import type { InputProps } from "@web/fields/types";

const kAskAgain_ms = 3000;

/** The control of any field, by its type. */
export function FieldInput(props: InputProps) {
  const type = props.field.type;
  const [Input, setInput] = useState<ComponentType<InputProps> | undefined>(() => loadedInput(type));
  useEffect(() => {
    let is_gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Without a connection the code cannot come; it is asked for again until it does.
    const load = () => {
      loadInput(type).then((loaded) => { if (!is_gone) setInput(() => loaded); }, () => { if (!is_gone) timer = setTimeout(load, kAskAgain_ms); });
    };
    load();
    return () => {
      is_gone = true;
      clearTimeout(timer);
    };
  }, [type]);
  return Input ? <Input {...props} /> : <Skeleton height={36} />;
}
