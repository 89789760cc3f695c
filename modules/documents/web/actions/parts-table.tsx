import { Button, Checkbox, TextInput } from "@mantine/core";
import { formatDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { trimmed } from "../lines/figures";
import classes from "./actions.module.css";
import type { Remain } from "./document-calls";
import { isTaken, type Part, type Parts } from "./make-body";

interface PartsTableProps {
  remains: Remain[];
  parts: Parts;
  faults: Record<number, string>;
  /** Corrections have new prices, too. */
  has_price: boolean;
  onChange: (parts: Parts) => void;
}

/** The lines of the basis with what is left of each and what is taken now. */
export function PartsTable({ remains, parts, faults, has_price, onChange }: PartsTableProps) {
  const set = (remain: Remain, part: Partial<Part>) => onChange({ ...parts, [remain.line]: { ...parts[remain.line], is_on: true, ...part } });
  const only = (is_service: boolean) => onChange(Object.fromEntries(remains.map((remain) => [remain.line, { ...parts[remain.line], is_on: remain.is_service === is_service && Number(remain.left) > 0 }])));
  const is_mixed = !has_price && remains.some((remain) => remain.is_service) && remains.some((remain) => !remain.is_service);
  return (
    <>
      {is_mixed && (
        <div className={classes.line}>
          <Button size="compact-sm" variant="default" onClick={() => only(false)}>{t("web.documents.only_goods")}</Button>
          <Button size="compact-sm" variant="default" onClick={() => only(true)}>{t("web.documents.only_services")}</Button>
        </div>
      )}
      <table className={classes.parts}>
        <thead><tr><th scope="col"><span className="unseen">{t("web.documents.take")}</span></th><th scope="col">{t("web.documents.product")}</th><th scope="col">{t(has_price ? "web.documents.was" : "web.documents.left")}</th><th scope="col">{t("web.documents.quantity")}</th>{has_price && <th scope="col">{t("web.documents.new_price")}</th>}</tr></thead>
        <tbody>
          {remains.map((remain) => {
            const is_on = isTaken(remain, parts);
            const none = !has_price && Number(remain.left) <= 0;
            const left = trimmed(has_price ? remain.quantity : remain.left);
            return (
              <tr key={remain.line} data-off={!is_on || undefined}>
                <td><Checkbox size="xs" aria-label={`${t("web.documents.take")}: ${remain.name}`} checked={is_on && !none} disabled={none} onChange={(event) => set(remain, { is_on: event.currentTarget.checked })} /></td>
                <td>{remain.name}{faults[remain.line] && <div role="alert" className={classes.error} id={`part-${remain.line}`}>{faults[remain.line]}</div>}</td>
                <td>{formatDecimal(left)}</td>
                <td>
                  <TextInput
                    size="xs" w={96} ml="auto" inputMode="decimal" aria-label={`${t("web.documents.quantity")}: ${remain.name}`} disabled={none || !is_on} value={none ? "0" : (parts[remain.line]?.quantity ?? formatDecimal(left))} error={Boolean(faults[remain.line])}
                    {...(faults[remain.line] ? { "aria-describedby": `part-${remain.line}` } : {})} styles={{ input: { textAlign: "right" } }} onChange={(event) => set(remain, { quantity: event.currentTarget.value })}
                  />
                </td>
                {has_price && <td><TextInput size="xs" w={96} ml="auto" inputMode="decimal" placeholder={t("web.documents.same_price")} aria-label={`${t("web.documents.new_price")}: ${remain.name}`} value={parts[remain.line]?.price ?? ""} styles={{ input: { textAlign: "right" } }} onChange={(event) => set(remain, { price: event.currentTarget.value })} /></td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
