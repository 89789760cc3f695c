import { Button } from "@mantine/core";
import { IconSum } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { aggregate } from "@web/lib/calls/aggregate";
import { countRecords } from "@web/lib/calls/count-records";
import { useMe } from "@web/lib/calls/me";
import type { Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { isNumeric, type Column } from "@web/records/list/table/columns";
import classes from "@web/records/list/list-screen.module.css";
import { measureText } from "@web/records/list/table/measure-text";
import type { PageStore, StoreState } from "@web/records/list/store/page-store";

interface ListFootProps {
  entity: Entity;
  filter: Filter | null;
  columns: Column[];
  store: PageStore;
  state: StoreState;
}

/** The number of rows and the sums of the number columns: asked of the server only when somebody wants them. */
export function ListFoot({ entity, filter, columns, store, state }: ListFootProps) {
  const me = useMe();
  const [is_busy, setBusy] = useState(false);
  const [sums, setSums] = useState<{ path: string; text: string }[] | null>(null);
  const summed = columns.filter((column) => isNumeric(column.field) && !column.path.includes(".") && column.field.type !== "percent");
  useEffect(() => setSums(null), [store]);
  const guarded = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setBusy(false);
  };
  const count = () => guarded(async () => store.setExact(await countRecords(entity.plural, filter)));
  const sum = () => guarded(async () => {
    const answer = await aggregate(entity.plural, filter, [], [{ fn: "count" }, ...summed.map((column) => ({ fn: "sum" as const, field: column.path }))]);
    const values = answer.groups[0]?.values ?? [];
    setSums(summed.map((column, at) => ({ path: column.path, text: measureText(column.field, values[at + 1], me.currency ?? "RUB") })));
    if (typeof values[0] === "number") store.setExact(values[0]);
  });
  const shown = state.exact ?? state.row_count;
  return (
    <footer className={classes.foot}>
      <span className="numbers">{state.exact === null ? t("list.about", { count: formatInteger(shown) }) : tn("list.rows", shown)}</span>
      {state.exact === null && <Button size="compact-xs" variant="subtle" loading={is_busy} onClick={() => void count()}>{t("list.count")}</Button>}
      {summed.length > 0 && !sums && <Button size="compact-xs" variant="subtle" loading={is_busy} leftSection={<IconSum size={14} />} onClick={() => void sum()}>{t("list.sums")}</Button>}
      {sums?.filter((one) => one.text).map((one) => <span key={one.path} className="numbers">{columns.find((column) => column.path === one.path)?.label}: <strong>{one.text}</strong></span>)}
    </footer>
  );
}
