import { Button, Modal, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryRecords } from "@web/lib/calls/query-records";
import type { ImportColumn } from "@web/lib/calls/imports";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";
import classes from "@web/records/import/import.module.css";
import { distinctWords, optionOf } from "@web/records/import/words";

interface WordsDialogProps {
  field: Field;
  column: ImportColumn;
  words: string[];
  onChange: (values: Record<string, string>) => void;
  onClose: () => void;
}

/** The words of a column beside the options they stand for. */
export function WordsDialog({ field, column, words, onChange, onClose }: WordsDialogProps) {
  const [values, setValues] = useState(column.values ?? {});
  const all = [...new Set([...distinctWords(field, words), ...Object.keys(values)])];
  const is_user = field.type === "user";
  const { data: users = [] } = useQuery({
    queryKey: ["import-users"], enabled: is_user,
    queryFn: ({ signal }) => queryRecords("users", { fields: ["name", "email"], sort: [{ field: "name" }], limit: 1000 }, signal).then((page) => page.items.map((user) => ({ value: String(user.email ?? user.name), label: String(user.name) }))),
  });
  const options = is_user ? users : (field.options ?? []).filter((option) => !option.hidden).map((option) => ({ value: option.key, label: option.label }));
  const set = (word: string, key: string | null) => setValues((before) => {
    const { [word]: _dropped, ...rest } = before;
    return key === null ? rest : { ...rest, [word]: key };
  });
  return (
    <Modal opened onClose={onClose} title={t("import.words_title", { column: column.column })} size={560} closeButtonProps={{ "aria-label": t("action.close") }}>
      <p className="muted">{t(is_user ? "import.users_lead" : "import.words_lead", { field: field.label })}</p>
      <ul className={classes.words}>
        {all.map((word) => (
          <li key={word}>
            <span className="cut" title={word}>{word}</span>
            <Select aria-label={t("import.word_means", { word })} data={options} value={values[word] ?? optionOf(field, word)?.key ?? null} onChange={(key) => set(word, key)} placeholder={t(is_user ? "import.user_by_name" : "import.word_unknown")} searchable clearable clearButtonProps={{ "aria-label": t("import.word_clear", { word }) }} size="xs" />
          </li>
        ))}
        {all.length === 0 && <li className="muted">{t("import.words_none")}</li>}
      </ul>
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button onClick={() => onChange(values)}>{t("import.words_save")}</Button>
      </div>
    </Modal>
  );
}
