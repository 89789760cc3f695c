import { createContext, useContext } from "react";
import type { Link } from "@web/lib/values";

export interface CreatorOptions {
  /** The new record is wanted here and now, by a picker: its card is not opened. */
  stays?: boolean;
}

/**
 * Opens the short create form of an entity over whatever is open; answers the new record, or null when it was given up. A record whose
 * main part is filled in on its card (the lines of a document) is opened there.
 */
export type RecordCreator = (entity_key: string, initial: Record<string, unknown>, options?: CreatorOptions) => Promise<Link | null>;

/** Filled by the shell; pickers below it offer «create» without knowing forms. */
export const RecordCreatorContext = createContext<RecordCreator | null>(null);

export function useRecordCreator(): RecordCreator | null {
  return useContext(RecordCreatorContext);
}
