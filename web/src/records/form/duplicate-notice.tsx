import { Link } from "@tanstack/react-router";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { Candidate } from "@web/lib/values";
import classes from "@web/records/form/duplicate-notice.module.css";

/** Records that look the same, to be opened instead. */
export function DuplicateNotice({ entity, candidates }: { entity: Entity; candidates: Candidate[] }) {
  const metadata = useMetadata();
  return (
    <div className={classes.notice} role="status">
      <strong>{t("create.duplicates")}</strong>
      <ul>
        {candidates.slice(0, 5).map((candidate, place) => {
          const home = metadata.entity(candidate.entity) ?? entity;
          const reasons = (candidate.reasons ?? []).map((reason) => metadata.field(home, reason.split(".")[0] ?? "")?.label.toLowerCase() ?? reason).join(", ");
          return (
            <li key={`${home.key}/${candidate.id > 0 ? candidate.id : `hidden-${place}`}`}>
              {!(candidate.id > 0) && t("create.duplicate_hidden", { name: typeof candidate.owner === "string" ? candidate.owner : (candidate.owner?.title ?? "—") })}
              {candidate.id > 0 && <Link to="/$plural/$id" params={{ plural: home.plural, id: String(candidate.id) }}>{candidate.title}</Link>}
              {reasons && <span className="muted"> — {reasons}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
