import { Combobox } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useSearchCombobox } from "@web/fields/shared/link/use-search-combobox";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { useRecordCreator } from "@web/lib/record-creator";
import type { Link } from "@web/lib/values";
import { findProducts, linkTo, type FoundProduct } from "./find-products";
import { trimmed } from "./figures";
import classes from "./lines.module.css";

interface ProductCellProps {
  /** What the line is called; empty in the row that waits for a new one. */
  name: string;
  label: string;
  placeholder?: string | undefined;
  fault_id?: string | undefined;
  onProduct: (product: Link) => void;
  /** A line of one's own words, or another name for the line. */
  onName: (name: string) => void;
}

const kNone: FoundProduct[] = [];

/** Finds what is sold by a part of its name or article; words that are no product make a line as well. */
export function ProductCell({ name, label, placeholder, fault_id, onProduct, onName }: ProductCellProps) {
  const product = useMetadata().entity("product");
  const creator = useRecordCreator();
  const { combobox, typed, words, type, found = kNone, is_fetching, is_settled, leave, onKeyDown } = useSearchCombobox({
    query_key: ["products-found"], is_enabled: product?.can.read === true, takes_tab: true,
    find: async (asked, signal) => (product ? findProducts(product, asked, signal) : kNone),
  });
  const own = is_settled && words !== "" && words !== name ? (
    <Combobox.Option value="words"><span className={classes.extra}><IconPencil size={15} />{t(name ? "web.documents.line_rename" : "web.documents.line_words", { text: words })}</span></Combobox.Option>
  ) : null;
  const submit = async (key: string) => {
    combobox.closeDropdown();
    if (key === "words") return onName(words);
    if (key === "new") {
      const made = await creator?.("product", { name: words }, { stays: true });
      return made ? onProduct({ id: made.id, title: made.title }) : undefined;
    }
    const chosen = found.find((one) => String(one.id) === key);
    if (chosen) onProduct(linkTo(chosen));
  };
  return (
    <Combobox store={combobox} onOptionSubmit={(key) => void submit(key)} withinPortal width={420} position="bottom-start">
      <Combobox.Target>
        <input
          className={classes.cell} data-cell="product" aria-label={label} aria-invalid={fault_id ? true : undefined} aria-describedby={fault_id} placeholder={placeholder} autoComplete="off" value={typed ?? name} title={typed === null && name ? name : undefined}
          onChange={(event) => type(event.currentTarget.value)} onClick={() => combobox.openDropdown()} onBlur={leave} onKeyDown={onKeyDown}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={300} style={{ overflowY: "auto" }} aria-label={label}>
          {name !== "" && own}
          {found.map((one) => (
            <Combobox.Option key={one.id} value={String(one.id)}>
              <span className={classes.found}><span className={classes.foundName}>{one.name}</span><small>{one.article}</small><b>{one.price ? formatDecimal(trimmed(one.price)) : ""}</b></span>
            </Combobox.Option>
          ))}
          {name === "" && own}
          {words !== "" && is_settled && found.length === 0 && product?.can.create && creator && <Combobox.Option value="new"><span className={classes.extra}><IconPlus size={15} />{t("web.documents.line_product", { text: words })}</span></Combobox.Option>}
          {found.length === 0 && words === "" && !is_fetching && <Combobox.Empty>{t("picker.nothing")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
