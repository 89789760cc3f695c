import { IconArrowBarLeft, IconArrowBarRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { formatInstant } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import classes from "./segments.module.css";

export interface ShownMove {
  at: string;
  direction: "in" | "out";
  title: string;
  plural: string;
  id: number;
}

export function MoveList({ moves }: { moves: ShownMove[] }) {
  if (moves.length === 0) return <p className="muted">{t("web.segments.no_moves")}</p>;
  return (
    <ul className={classes.moves}>
      {moves.map((move, at) => (
        <li key={at}>
          {move.direction === "in" ? <IconArrowBarRight size={15} aria-hidden="true" /> : <IconArrowBarLeft size={15} aria-hidden="true" />}
          <span className="muted">{t(move.direction === "in" ? "web.segments.came" : "web.segments.left")}</span>
          <Link to="/$plural/$id" params={{ plural: move.plural, id: String(move.id) }} className="cut">{move.title}</Link>
          <time dateTime={move.at}>{formatInstant(move.at)}</time>
        </li>
      ))}
    </ul>
  );
}
