import { useState, type KeyboardEvent } from "react";
import { formatDecimal, parseDecimal } from "@web/lib/format/number";
import { isSameFigure, trimmed } from "./figures";
import classes from "./lines.module.css";

interface NumberCellProps {
  cell: "quantity" | "price" | "discount_percent";
  value: string | null;
  label: string;
  fault_id?: string | undefined;
  is_disabled?: boolean;
  description?: string | undefined;
  /** Leaves a blank price or discount to the catalogue. */
  may_be_blank?: boolean;
  onCommit: (value: string | null) => void;
  onEnter: () => void;
}

/** A figure of a line: typed as people do, committed when the cell is left. */
export function NumberCell({ cell, value, label, fault_id, is_disabled = false, description, may_be_blank = false, onCommit, onEnter }: NumberCellProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const parsed = typed === null || typed.trim() === "" ? null : parseDecimal(typed);
  const is_bad = typed !== null && typed.trim() !== "" && parsed === null;
  const commit = () => {
    if (typed === null || is_bad) return;
    // Only a commit ends the typing: what the server answers meanwhile must not wipe it away.
    setTyped(null);
    if ((parsed === null && !may_be_blank) || isSameFigure(parsed, value)) return;
    onCommit(parsed);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape" && typed !== null) {
      event.stopPropagation();
      setTyped(null);
    }
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    commit();
    if (!is_bad) onEnter();
  };
  return (
    <input
      className={`${classes.cell} ${classes.number}`} data-cell={cell} inputMode="decimal" autoComplete="off" aria-label={label} aria-invalid={is_bad || fault_id ? true : undefined} aria-describedby={fault_id} aria-description={description} disabled={is_disabled}
      value={typed ?? (value === null ? "" : formatDecimal(trimmed(value)))} onChange={(event) => setTyped(event.currentTarget.value)} onFocus={(event) => event.currentTarget.select()} onBlur={commit} onKeyDown={onKeyDown}
    />
  );
}
