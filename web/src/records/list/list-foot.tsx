import { Button } from "@mantine/core";
import { useState } from "react";
import { countRecords } from "@web/lib/calls/count-records";
import type { Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import classes from "@web/records/list/list-screen.module.css";
import type { PageStore, StoreState } from "@web/records/list/page-store";
import type { Selection } from "@web/records/list/use-selection";

interface ListFootProps {
  entity: Entity;
  filter: Filter | null;
  store: PageStore;
  state: StoreState;
  selection: Selection;
}

/** The number of rows: exact when known, else an estimate that can be counted on demand. */
export function ListFoot({ entity, filter, store, state, selection }: ListFootProps) {
  const [is_counting, setCounting] = useState(false);
  const count = async () => {
    setCounting(true);
    try {
      store.setExact(await countRecords(entity.plural, filter));
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setCounting(false);
  };
  const shown = state.exact ?? state.row_count;
  return (
    <footer className={classes.foot}>
      <span className="numbers">{state.exact === null ? t("list.about", { count: formatInteger(shown) }) : tn("list.rows", shown)}</span>
      {state.exact === null && <Button size="compact-xs" variant="subtle" loading={is_counting} onClick={() => void count()}>{t("list.count")}</Button>}
      {(selection.count > 0 || selection.is_all) && <span>{selection.is_all ? t("list.all_selected") : tn("list.selected", selection.count)}</span>}
    </footer>
  );
}
