import { Button } from "@mantine/core";
import { IconBuildingBank } from "@tabler/icons-react";
import { useState } from "react";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import type { FormWidgetProps } from "@web/lib/widgets";
import { suggestFirms, type RegisterFirm } from "./client-calls";

const kShortestQuery = 3;

/** A new company filled in from the register by the INN or the name that is typed already. */
export function EnrichForm({ entity, values, onFill }: FormWidgetProps) {
  const [firms, setFirms] = useState<RegisterFirm[] | null>(null);
  const [problem, setProblem] = useState("");
  const [is_asking, setAsking] = useState(false);
  const query = [values.inn, values.name].map((value) => (typeof value === "string" ? value.trim() : "")).find((text) => text.length >= kShortestQuery) ?? "";
  const ask = async () => {
    setAsking(true);
    setProblem("");
    try {
      setFirms(await suggestFirms(query));
    } catch (error) {
      setFirms(null);
      setProblem(messageOf(error));
    }
    setAsking(false);
  };
  const status = (firm: RegisterFirm) => entity.fields.find((field) => field.key === "register_status")?.options?.find((option) => option.key === firm.status)?.label ?? "";
  return (
    <div style={{ display: "grid", gap: 8, justifyItems: "start" }}>
      <Button size="compact-sm" variant="default" leftSection={<IconBuildingBank size={15} />} disabled={query === ""} loading={is_asking} onClick={() => void ask()}>{t("web.enrich.menu")}</Button>
      {problem && <p role="alert" style={{ color: "var(--danger)" }}>{problem}</p>}
      {firms?.length === 0 && <p className="muted" role="status">{t("web.enrich.nothing")}</p>}
      {firms !== null && firms.length > 0 && (
        <ul aria-label={t("web.enrich.title")} style={{ display: "grid", gap: 4, margin: 0, padding: 0, listStyle: "none" }}>
          {firms.map((firm) => (
            <li key={`${firm.inn} ${firm.title} ${firm.city}`}>
              <Button size="compact-sm" variant="subtle" onClick={() => { onFill(firm.values); setFirms(null); }}>{[firm.title, firm.inn, firm.city, status(firm)].filter(Boolean).join(" · ")}</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
