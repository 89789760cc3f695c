import { Menu, type MenuProps } from "@mantine/core";
import { cloneElement, useState, type ReactElement, type ReactNode } from "react";
import { is_settled } from "@web/kit/settled";
import { useStore } from "@web/lib/use-store";

interface LazyMenuProps extends Omit<MenuProps, "children"> {
  /** The button that opens it. */
  target: ReactElement<{ onClick?: () => void; "aria-haspopup"?: "menu" }>;
  /** Asked for when the menu is made. */
  children: () => ReactNode;
}

/** A menu whose button is there at once and whose works come after the first paint, or with the press that does not wait for it. */
export function LazyMenu({ target, children, ...rest }: LazyMenuProps) {
  const is_ready = useStore(is_settled);
  const [is_pressed, setPressed] = useState(false);
  if (!is_ready && !is_pressed) return cloneElement(target, { onClick: () => setPressed(true), "aria-haspopup": "menu" });
  return (
    <Menu defaultOpened={is_pressed} {...rest}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>{children()}</Menu.Dropdown>
    </Menu>
  );
}
