import { useNavigate, useParams } from "@tanstack/react-router";
import { menuEntities } from "@web/app/shell/menu-entities";
import { overlay } from "@web/app/shell/overlays";
import { useMetadata } from "@web/lib/calls/metadata";
import { useHotkeys } from "@web/lib/hotkeys";
import { useRecordCreator } from "@web/lib/record-creator";

/** Shortcuts that work everywhere: search, new record of the section, the map of keys, sections by number. */
export function GlobalKeys() {
  const metadata = useMetadata();
  const navigate = useNavigate();
  const create = useRecordCreator();
  const { plural } = useParams({ strict: false });
  const here = metadata.byPlural(plural ?? "") ?? menuEntities(metadata)[0];
  const sections = menuEntities(metadata).slice(0, 9);
  useHotkeys([
    { keys: "mod+k", label: "keys.search", group: "general", in_inputs: true, run: () => overlay.set("palette") },
    { keys: "/", label: "keys.search", group: "general", run: () => overlay.set("palette") },
    { keys: "n", label: "keys.create", group: "general", run: () => { if (here?.can.create) void create?.(here.key, {}); } },
    { keys: "?", label: "keys.map", group: "general", run: () => overlay.set("keyboard") },
    ...sections.map((entity, at) => ({ keys: `g ${at + 1}`, label: "keys.section" as const, group: "general" as const, run: () => void navigate({ to: "/$plural", params: { plural: entity.plural } }) })),
  ]);
  return null;
}
