import { icons } from "@generated/icons";
import type { Icon } from "@tabler/icons-react";
import { useEffect, useState } from "react";

let more: Record<string, Icon> | null = null;

/** The icon an entity names in its file. Icons of custom entities come in a second bundle on first need. */
export function EntityIcon({ name, size = 18 }: { name: string | null | undefined; size?: number }) {
  const [, setLoaded] = useState(more !== null);
  const key = name ?? "box";
  const is_missing = !icons[key] && more === null;
  useEffect(() => {
    if (!is_missing) return;
    void import("@generated/more-icons").then((module) => {
      more = module.icons;
      setLoaded(true);
    });
  }, [is_missing]);
  if (is_missing) return <svg width={size} height={size} aria-hidden="true" />;
  const Found = icons[key] ?? more?.[key] ?? icons.box;
  return Found ? <Found size={size} stroke={1.7} aria-hidden="true" /> : null;
}
