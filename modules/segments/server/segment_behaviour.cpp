#include "modules/segments/server/segment_behaviour.hpp"

#include "modules/segments/server/watches.hpp"

namespace segments {

void SegmentBehaviour::check(entity::SaveContext& save) {
  const auto& segment = save.record();
  const auto* target = save.registry().find(segment.text("target"));
  if (target == nullptr || !target->timeline || !entity::may(save.caller(), *target, entity::Action::kRead)) {
    save.add_error({"target", "unknown_entity", {}});
    return;
  }
  if (!save.is_new() && save.changed("target")) save.add_error({"target", "read_only", {}});
  if (!save.is_new() && save.changed("kind")) save.add_error({"kind", "read_only", {}});
  const bool matters = save.is_new() || save.changed("filter") || save.changed("owner");
  if (segment.text("kind") != "dynamic" || !matters) return;
  const json::value source = segment.text("filter").empty() ? json::value(nullptr) : base::parse_json(segment.text("filter"));
  const auto filter = entity::parse_filter(source, {save.registry(), *target, save.caller(), save.now()});
  for (const auto* entity : dependencies_of(save.registry(), *target, filter).entities) {
    const auto readable = entity::access_filter(save.registry(), *entity, save.caller(), entity::Action::kRead);
    if (readable.kind != entity::Filter::Kind::kAlways) save.add_error({"filter", "segment_needs_full_read", {{"entity", entity->key}}});
  }
}

}  // namespace segments
