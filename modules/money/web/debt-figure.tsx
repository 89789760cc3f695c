import { Link } from "@tanstack/react-router";
import type { Filter } from "@web/lib/filter";
import { formatInteger, formatMoney } from "@web/lib/format/number";
import type { Debt } from "./money-calls";
import classes from "./money.module.css";

interface DebtFigureProps {
  debt: Debt;
  currency: string;
  /** What the figure says, for those who do not see where it stands. */
  name: string;
  filter?: Filter | undefined;
  plural?: string;
}

/** A sum that opens the records behind it. */
export function DebtFigure({ debt, currency, name, filter = debt.filter, plural = "invoices" }: DebtFigureProps) {
  const text = formatMoney({ amount: debt.amount, currency });
  if (debt.count === 0 || !filter) return <span className={classes.figure}>{debt.count === 0 ? "–" : text}</span>;
  return (
    <span className={classes.figure}>
      <Link to="/$plural" params={{ plural }} search={{ view: "all", as: "list", filter } as never} aria-label={`${name}: ${text}`}>{text}</Link>
      <small className="muted">{formatInteger(debt.count)}</small>
    </span>
  );
}
