#include "modules/sales/server/checklist.hpp"

#include <charconv>

#include "modules/sales/server/lookup.hpp"
#include "server/entity/lookup.hpp"

namespace sales {

namespace {

constexpr int kMaxChecks = 200;

std::int64_t number_of(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? id : 0;
}

bool is_done(const json::value& value) { return value.is_object() || (value.is_bool() && value.get_bool()); }

}  // namespace

void normalize_checklist(entity::SaveContext& save) {
  if (!save.changed("checklist")) return;
  const json::object given = json_of(save.record(), "checklist");
  const json::object before = save.is_new() ? json::object{} : json_of(*save.before(), "checklist");
  json::object done = before;
  for (const auto& [key, value] : given) {
    const std::int64_t id = number_of(key);
    if (!is_done(value)) {
      done.erase(key);
    } else if (!before.contains(key)) {
      const auto check = id == 0 ? std::optional<entity::Record>{} : save.load("stage_check", id);
      if (!check || check->deleted) {
        save.add_error({"checklist." + std::string(key), "link_not_found", {{"id", std::string(key)}}});
        continue;
      }
      done[key] = {{"by", save.caller().user_id}, {"at", base::to_string(save.now())}};
    }
  }
  save.record().set("checklist", done.empty() ? entity::Value{} : entity::Value{json::serialize(done)});
}

void check_checklist(entity::SaveContext& save, const entity::Record& stage) {
  const auto& checks = save.registry().require("stage_check");
  const auto required = find_passing(
      save, "stage_check",
      {entity::where(checks, "stage", entity::Link{stage.entity->id, stage.id}), entity::where(checks, "is_required", std::int64_t{1})},
      kMaxChecks);
  if (required.empty()) return;
  const json::object done = json_of(save.record(), "checklist");
  std::string open;
  for (const std::int64_t id : required) {
    if (done.contains(std::to_string(id))) continue;
    const auto check = save.load("stage_check", id);
    if (check) open += (open.empty() ? "" : ", ") + std::string(check->text("name"));
  }
  if (!open.empty()) save.add_error({"checklist", "checklist_not_done", {{"stage", std::string(stage.text("name"))}, {"items", open}}});
}

}  // namespace sales
