import { ActionIcon, Tooltip, type ActionIconProps } from "@mantine/core";
import { forwardRef, type MouseEventHandler, type ReactNode } from "react";

interface IconButtonProps extends Omit<ActionIconProps, "children"> {
  label: string;
  children: ReactNode;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  is_pressed?: boolean;
  hint?: string;
}

/** A button that is only an icon: its name is in the tooltip and for screen readers. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton({ label, hint, children, is_pressed, ...rest }, ref) {
  return (
    <Tooltip label={hint ? `${label} (${hint})` : label}>
      <ActionIcon ref={ref} aria-label={label} aria-pressed={is_pressed} {...rest}>{children}</ActionIcon>
    </Tooltip>
  );
});
