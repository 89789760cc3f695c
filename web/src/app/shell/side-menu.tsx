import { Link } from "@tanstack/react-router";
import { menuEntities } from "@web/app/shell/menu-entities";
import classes from "@web/app/shell/shell.module.css";
import { Logo } from "@web/kit/logo";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

export function SideMenu() {
  const entities = menuEntities(useMetadata());
  return (
    <nav className={classes.side} aria-label={t("shell.menu")}>
      <Link to="/" className={classes.brand}><Logo />Matvey</Link>
      {entities.map((entity) => (
        <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.link}>
          <EntityIcon name={entity.icon} /><span className="cut">{entity.label.many}</span>
        </Link>
      ))}
    </nav>
  );
}
