import type { PreviewRow } from "@web/lib/calls/imports";
import { t } from "@web/lib/i18n";
import classes from "@web/records/import/import.module.css";

const kMostCells = 60;

/** Rows of a file as they stand in it; what is not data is pale and says why. */
export function RawTable({ rows }: { rows: PreviewRow[] }) {
  const width = Math.min(kMostCells, Math.max(1, ...rows.map((row) => row.cells.length)));
  if (rows.length === 0) return <p className="muted">{t("import.no_rows")}</p>;
  return (
    <div className={classes.scroll} role="region" aria-label={t("import.raw_rows")} tabIndex={0}>
      <table className={classes.raw}>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at} data-kind={row.kind}>
              <th scope="row" className="numbers">{row.row}</th>
              {Array.from({ length: width }, (_, cell) => <td key={cell} title={row.cells[cell]}>{row.cells[cell]}</td>)}
              <td className={classes.kind}>{row.kind === "data" ? "" : t(`import.row_${row.kind}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
