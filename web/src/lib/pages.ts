import type { ComponentType } from "react";
import type { TextKey } from "@web/lib/i18n";
import type { Me } from "@web/lib/calls/me";

/** A section of the side menu: those of `menu` in module.json, and one for what no module placed. */
export type MenuSectionKey = "clients" | "sales" | "documents" | "catalog" | "work" | "other";

/** A page of flow, insight or admin: `/flow/<key>`, `/reports/<key>`, `/settings/<key>`. Its code comes when it is opened. */
export interface PageDefinition {
  key: string;
  label: TextKey;
  icon: string;
  load: () => Promise<ComponentType>;
  /** Absent: everyone signed in. */
  is_allowed?: (me: Me) => boolean;
}
