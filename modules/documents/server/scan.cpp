#include "modules/documents/server/scan.hpp"

#include "modules/documents/server/kinds.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/query.hpp"

namespace documents {

namespace {

using entity::Link;
using entity::Record;
using entity::SaveContext;

const entity::EntityDef* kind_of(SaveContext& save) {
  const auto* link = std::get_if<Link>(&save.record().get("document"));
  return link == nullptr ? nullptr : save.registry().find_id(link->entity_id);
}

std::optional<Record> document_of(SaveContext& save) {
  const auto* kind = kind_of(save);
  return kind == nullptr ? std::nullopt : save.load(kind->key, std::get<Link>(save.record().get("document")).record_id);
}

// Whoever receives a paper says so; the day is today unless it is given.
void put_day(SaveContext& save) {
  Record& scan = save.record();
  const bool is_back = scan.integer("is_original_back") != 0;
  if (!is_back && save.changed("is_original_back")) scan.set("received_on", std::monostate{});
  if (!is_back || !is_empty(scan.get("received_on"))) return;
  const auto zone = base::TimeZone::find(save.caller().time_zone).value_or(base::TimeZone::utc());
  scan.set("received_on", base::to_days(zone.local_date(save.now())));
}

}  // namespace

void ScanBehaviour::prepare(SaveContext& save) {
  put_day(save);
  const auto document = document_of(save);
  if (!document) return;
  Record& scan = save.record();
  scan.set("document_kind", std::string(document->entity->key));
  for (const auto& [own, its] :
       {std::pair{"name", "name"}, std::pair{"number", "number"}, std::pair{"company", "company"}, std::pair{"document_date", "date"}})
    scan.set(own, document->get(its));
}

void ScanBehaviour::check(SaveContext& save) {
  const Record& scan = save.record();
  if (is_empty(scan.get("files")) && scan.integer("is_original_back") == 0) save.add_error({"files", "required", {}});
  const auto* kind = kind_of(save);
  const auto& caller = save.caller();
  if (kind == nullptr || caller.is_system || caller.is_admin || !save.changed("document")) return;
  const entity::QueryContext context{save.connection(), save.registry(), caller, save.now()};
  const auto filter = entity::where(*kind, "id", std::get<Link>(save.record().get("document")).record_id);
  if (entity::find_ids(context, *kind, filter, entity::Action::kUpdate, 0, 1).empty()) save.add_error({"document", "link_not_found", {}});
}

void ScanBehaviour::before_write(SaveContext& save) {
  const auto document = document_of(save);
  if (!document || !save.changed("is_original_back") || save.record().integer("is_original_back") == 0) return;
  if (document->text("original") == "received") return;
  save.update(document->entity->key, document->id,
              {{"original", "received"}, {"original_at", base::to_string(base::from_days(save.record().integer("received_on")))}});
}

}  // namespace documents
