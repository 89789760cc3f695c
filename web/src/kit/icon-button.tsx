import { ActionIcon, type ActionIconProps } from "@mantine/core";
import { forwardRef, type MouseEventHandler, type ReactNode } from "react";

interface IconButtonProps extends Omit<ActionIconProps, "children"> {
  label: string;
  children: ReactNode;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  is_pressed?: boolean;
  hint?: string;
  "data-wide"?: boolean;
}

/** A button that is only an icon: its name stands under the pointer and for screen readers. The browser's own tooltip: the library's costs as much as ten buttons. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton({ label, hint, children, is_pressed, ...rest }, ref) {
  return <ActionIcon ref={ref} aria-label={label} title={hint ? `${label} (${hint})` : label} aria-pressed={is_pressed} {...rest}>{children}</ActionIcon>;
});
