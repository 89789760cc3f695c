import { Popover, type PopoverProps } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import { is_settled } from "@web/kit/settled";
import { useStore } from "@web/lib/use-store";

interface LazyPopoverProps extends Omit<PopoverProps, "children" | "opened"> {
  opened: boolean;
  /** The button, which opens it by itself. */
  target: ReactElement;
  /** What stands around the button. */
  frame?: (target: ReactElement) => ReactElement;
  /** Popover.Dropdown; asked for when the popover is made. */
  children: () => ReactNode;
}

/** A popover whose button is there at once and whose works come after the first paint, or when it is opened before. */
export function LazyPopover({ opened, target, frame = (one) => one, children, ...rest }: LazyPopoverProps) {
  const is_ready = useStore(is_settled);
  if (!is_ready && !opened) return frame(target);
  return (
    <Popover opened={opened} {...rest}>
      {frame(<Popover.Target>{target}</Popover.Target>)}
      {children()}
    </Popover>
  );
}
