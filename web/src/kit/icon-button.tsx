import { ActionIcon, Tooltip, type ActionIconProps } from "@mantine/core";
import { forwardRef, useState, type MouseEventHandler, type ReactNode } from "react";

interface IconButtonProps extends Omit<ActionIconProps, "children"> {
  label: string;
  children: ReactNode;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  is_pressed?: boolean;
  hint?: string;
  "data-wide"?: boolean;
}

/** A button that is only an icon: its name is in the tooltip and for screen readers. The tooltip gives way to what the press opens. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton({ label, hint, children, is_pressed, onClick, ...rest }, ref) {
  const [is_pressed_now, setPressedNow] = useState(false);
  const press: MouseEventHandler<HTMLButtonElement> = (event) => {
    setPressedNow(true);
    onClick?.(event);
  };
  return (
    <Tooltip label={hint ? `${label} (${hint})` : label} disabled={is_pressed_now}>
      <ActionIcon ref={ref} aria-label={label} aria-pressed={is_pressed} {...rest} onClick={press} onMouseLeave={() => setPressedNow(false)}>{children}</ActionIcon>
    </Tooltip>
  );
});
