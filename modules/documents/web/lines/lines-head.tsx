import { IconCheck } from "@tabler/icons-react";
import { t, tn } from "@web/lib/i18n";
import classes from "./lines.module.css";

interface LinesHeadProps {
  count: number;
  is_draft: boolean;
  is_saving: boolean;
  has_faults: boolean;
  problem: string | null;
}

/** The title of the lines and whether all of them are kept. */
export function LinesHead({ count, is_draft, is_saving, has_faults, problem }: LinesHeadProps) {
  return (
    <header className={classes.head}>
      <h2>{t("web.documents.lines")}</h2>
      {count > 0 && <span className="muted">{tn("web.documents.lines_count", count)}</span>}
      {is_draft && (
        <span className={classes.state} role="status" data-bad={has_faults || undefined}>
          {is_saving ? t("web.documents.lines_saving") : has_faults ? (problem ?? t("web.documents.lines_unsaved")) : count > 0 ? <><IconCheck size={14} />{t("web.documents.lines_saved")}</> : ""}
        </span>
      )}
    </header>
  );
}
