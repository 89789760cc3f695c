import { createContext, useContext } from "react";
import type { Link } from "@web/lib/values";

/** Opens the short create form of an entity over whatever is open; answers the new record, or null when it was given up. */
export type RecordCreator = (entity_key: string, initial: Record<string, unknown>) => Promise<Link | null>;

/** Filled by the shell; pickers below it offer «create» without knowing forms. */
export const RecordCreatorContext = createContext<RecordCreator | null>(null);

export function useRecordCreator(): RecordCreator | null {
  return useContext(RecordCreatorContext);
}
