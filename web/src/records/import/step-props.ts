import type { Import, ImportPatch } from "@web/lib/calls/imports";
import type { Entity } from "@web/lib/metadata-types";

/** What every step of an import is given. `change` answers whether it succeeded; a refusal has been told already. */
export interface StepProps {
  entity: Entity;
  current: Import;
  change: (patch: ImportPatch) => Promise<boolean>;
  is_changing: boolean;
}
