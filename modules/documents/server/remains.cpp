#include "modules/documents/server/remains.hpp"

#include <algorithm>
#include <map>

#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using entity::Link;
using entity::QueryContext;
using entity::Record;

std::string_view purpose_of(std::string_view kind) { return kind == "act" || kind == "waybill" ? std::string_view("shipment") : kind; }

// Does the document of a line count for the purpose?
bool counts(const QueryContext& context, const Link& document, std::string_view purpose) {
  const auto* entity = context.registry.find_id(document.entity_id);
  if (entity == nullptr || purpose_of(entity->key) != purpose) return false;
  const auto head = entity::load_record(context.connection, context.registry, *entity, document.record_id);
  if (!head || head->deleted || head->text("state") == "cancelled" || head->text("state") == "rejected") return false;
  return entity->key != "tax_invoice" || head->text("kind") == "sale";
}

// Quantity of the living lines whose `field` points to `line`, in documents of the purpose.
std::int64_t taken(const QueryContext& context, const Record& line, std::int64_t id, std::string_view field, std::string_view purpose,
                   const Link& but) {
  std::int64_t sum = 0;
  std::map<std::pair<int, std::int64_t>, bool> known;
  const auto& entity = *line.entity;
  for (const auto& each : entity::find_records(context, entity, entity::where(entity, field, Link{entity.id, id}), 10000)) {
    const auto* document = std::get_if<Link>(&each.get("document"));
    if (document == nullptr || *document == but) continue;
    const auto key = std::pair(document->entity_id, document->record_id);
    if (!known.contains(key)) known[key] = counts(context, *document, purpose);
    if (known[key]) sum += each.integer("quantity");
  }
  return sum;
}

}  // namespace

std::optional<std::int64_t> remaining(const QueryContext& context, const Record& line, std::string_view target_kind, Link but) {
  const auto* document = std::get_if<Link>(&line.get("document"));
  const auto* source = document == nullptr ? nullptr : context.registry.find_id(document->entity_id);
  if (source == nullptr || source->key == "contract" || target_kind == "contract" || target_kind == "quote" || source->key == "tax_invoice")
    return std::nullopt;
  const auto purpose = purpose_of(target_kind);
  std::int64_t left = line.integer("quantity") - taken(context, line, line.id, "basis_line", purpose, but);
  if (const std::int64_t first = line.link_id("root_line"); first != 0) {
    const auto root = entity::load_record(context.connection, context.registry, *line.entity, first);
    const auto* where = root ? std::get_if<Link>(&root->get("document")) : nullptr;
    const auto* frame = where == nullptr ? nullptr : context.registry.find_id(where->entity_id);
    if (root && !root->deleted && frame != nullptr && frame->key != "contract")
      left = std::min(left, root->integer("quantity") - taken(context, *root, first, "root_line", purpose, but));
  }
  return std::max<std::int64_t>(left, 0);
}

}  // namespace documents
