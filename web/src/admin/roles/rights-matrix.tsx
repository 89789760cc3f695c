import { MultiSelect, NativeSelect, Textarea } from "@mantine/core";
import { IconAdjustments, IconArrowBackUp } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { isCoveredByRest, kActions, kRest, rightsOf, scopesOf, withoutRights, withRights, type Action, type EntityRights, type Rights, type Scope } from "@web/admin/roles/rights";
import matrix from "@web/admin/roles/rights-matrix.module.css";
import classes from "@web/admin/shared/admin.module.css";
import { EntityIcon } from "@web/kit/entity-icon";
import { IconButton } from "@web/kit/icon-button";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { FieldProblem } from "@web/lib/problem";

interface RightsMatrixProps {
  rights: Rights;
  errors: FieldProblem[];
  onChange: (rights: Rights) => void;
}

/** Entities by actions, each cell says how far; fields and the condition of an entity fold out under it. */
export function RightsMatrix({ rights, errors, onChange }: RightsMatrixProps) {
  const metadata = useMetadata();
  const [open, setOpen] = useState<string | null>(null);
  const records = metadata.entities.filter((entity) => entity.kind === "record" || entity.kind === "log").sort((a, b) => Number(Boolean(b.owner)) - Number(Boolean(a.owner)) || a.label.many.localeCompare(b.label.many));
  const system = metadata.entities.filter((entity) => entity.kind === "system");
  const line = (entity: Entity) => (
    <EntityLine key={entity.key} entity={entity} rights={rights} is_open={open === entity.key || errors.some((error) => error.path.startsWith(`rights.${entity.key}.`))} errors={errors} onOpen={() => setOpen(open === entity.key ? null : entity.key)} onChange={onChange} />
  );
  const rest = rights[kRest] ?? {};
  return (
    <div className={classes.tableWrap}>
      <table className={`${classes.table} ${matrix.matrix}`}>
        <thead><tr><th>{t("admin.right_section")}</th>{kActions.map((action) => <th key={action}>{t(`admin.action_${action}`)}</th>)}<th /></tr></thead>
        <tbody>
          <tr className={matrix.rest}>
            <td><strong>{t("admin.right_rest")}</strong><small className="muted">{t("admin.right_rest_hint")}</small></td>
            {kActions.map((action) => <Cell key={action} entity={null} label={t("admin.right_rest")} action={action} scope={rest[action]} onChange={(scope) => onChange(withRights(rights, null, { [action]: scope }))} />)}
            <td />
          </tr>
          {records.map(line)}
          <tr data-group><td colSpan={7}>{t("admin.right_system")}</td></tr>
          {system.map(line)}
        </tbody>
      </table>
    </div>
  );
}

interface EntityLineProps extends RightsMatrixProps {
  entity: Entity;
  is_open: boolean;
  onOpen: () => void;
}

function EntityLine({ entity, rights, is_open, errors, onOpen, onChange }: EntityLineProps) {
  const { rights: given, is_own } = rightsOf(rights, entity);
  const set = (changes: Partial<EntityRights>) => onChange(withRights(rights, entity, changes));
  const details = (given.hidden?.length ?? 0) + (given.read_only?.length ?? 0) + (given.condition ? 1 : 0);
  const problem = (name: string) => errors.filter((error) => error.path.startsWith(`rights.${entity.key}.${name}`)).map((error) => error.message).join(" ") || null;
  const data = entity.fields.filter((field) => !field.system).map((field) => ({ value: field.key, label: field.label }));
  return (
    <Fragment>
      <tr data-inherited={!is_own || undefined}>
        <td><span className={classes.person}><EntityIcon name={entity.icon} size={16} /><span>{entity.label.many}</span></span></td>
        {kActions.map((action) => <Cell key={action} entity={entity} label={entity.label.many} action={action} scope={given[action]} onChange={(scope) => set({ [action]: scope })} />)}
        <td data-tools>
          {is_own && <IconButton label={t(isCoveredByRest(entity) ? "admin.right_as_rest" : "admin.right_clear", { entity: entity.label.many })} onClick={() => onChange(withoutRights(rights, entity.key))}><IconArrowBackUp size={16} /></IconButton>}
          <IconButton label={t("admin.right_details", { entity: entity.label.many })} is_pressed={is_open} onClick={onOpen}><IconAdjustments size={16} color={details > 0 ? "var(--accent)" : undefined} /></IconButton>
        </td>
      </tr>
      {is_open && (
        <tr className={matrix.details}>
          <td colSpan={7}>
            <div className={matrix.detailsGrid}>
              <MultiSelect label={t("admin.right_hidden")} data={data} value={given.hidden ?? []} onChange={(hidden) => set({ hidden })} searchable clearable error={problem("hidden")} />
              <MultiSelect label={t("admin.right_read_only")} data={data} value={given.read_only ?? []} onChange={(read_only) => set({ read_only })} searchable clearable error={problem("read_only")} />
              <Textarea label={t("admin.right_condition")} description={t("admin.right_condition_hint")} autosize={false} rows={2} value={given.condition ?? ""} onChange={(event) => set({ condition: event.currentTarget.value })} error={problem("condition")} />
            </div>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Cell({ entity, label, action, scope, onChange }: { entity: Entity | null; label: string; action: Action; scope: Scope | undefined; onChange: (scope: Scope) => void }) {
  const action_label = t(`admin.action_${action}`);
  const scopes = scopesOf(entity, action);
  const value = scope ?? "none";
  const data = (scopes.includes(value) ? scopes : [...scopes, value]).map((one) => ({ value: one, label: t(scopes.length === 2 && one === "all" ? "admin.scope_yes" : `admin.scope_${one}`) }));
  return (
    <td data-label={action_label} data-scope={value}>
      <NativeSelect size="xs" aria-label={`${label}: ${action_label}`} data={data} value={value} onChange={(event) => onChange(event.currentTarget.value as Scope)} />
    </td>
  );
}
