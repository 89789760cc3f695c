import { Link } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { menuEntities } from "@web/app/shell/menu-entities";
import { overlay } from "@web/app/shell/overlays";
import classes from "@web/app/shell/shell.module.css";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

/** Sections under the thumb; the rest is behind search. */
export function BottomBar() {
  const entities = menuEntities(useMetadata()).slice(0, 5).filter((entity) => entity.can.read);
  return (
    <nav className={classes.bottom} aria-label={t("shell.menu")}>
      {entities.slice(0, 4).map((entity) => (
        <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.tab}>
          <EntityIcon name={entity.icon} size={20} /><span>{entity.label.many}</span>
        </Link>
      ))}
      <button type="button" className={classes.tab} onClick={() => overlay.set("palette")}><IconSearch size={20} aria-hidden="true" /><span>{t("search.short")}</span></button>
    </nav>
  );
}
