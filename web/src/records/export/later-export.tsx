import { lazy, Suspense } from "react";
import type { ExportDialogProps } from "@web/records/export/export-dialog";
import { withImportTexts } from "@web/records/import/load-import";

const Dialog = lazy(async () => ({ default: (await withImportTexts(import("@web/records/export/export-dialog"))).ExportDialog }));

/** The dialog of an export; its code comes when it is opened. */
export function LaterExport(props: ExportDialogProps) {
  return <Suspense><Dialog {...props} /></Suspense>;
}
