#include "modules/clients/server/completeness.hpp"

#include <algorithm>
#include <set>

#include "server/base/json_writer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"

namespace clients {

namespace {

constexpr std::string_view kChannel = "matvey_fill_weights";
constexpr int kMaxWeights = 1000;

// By field, the weight that holds for the record.
std::map<std::string_view, std::int64_t> weights_for(const entity::Record& record, const std::vector<FieldWeight>& weights) {
  const std::string_view own = record.entity->field("client_class") != nullptr ? record.text("client_class") : std::string_view();
  std::map<std::string_view, std::int64_t> chosen;
  for (const auto& weight : weights) {
    if (record.entity->field(weight.field) == nullptr) continue;
    if (weight.client_class.empty()) chosen.try_emplace(weight.field, weight.weight);
  }
  for (const auto& weight : weights) {
    const bool is_own = !own.empty() && weight.client_class == own && record.entity->field(weight.field) != nullptr;
    if (is_own) chosen[weight.field] = weight.weight;
  }
  return chosen;
}

}  // namespace

int fill_score(const entity::Record& record, const std::vector<FieldWeight>& weights) {
  std::int64_t all = 0, filled = 0;
  for (const auto& [field, weight] : weights_for(record, weights)) {
    all += weight;
    if (!is_empty(record.get(field))) filled += weight;
  }
  return all == 0 ? -1 : static_cast<int>((200 * filled + all) / (2 * all));
}

std::vector<std::string> gaps_of(const entity::Record& record, const std::vector<FieldWeight>& weights) {
  std::vector<std::pair<std::int64_t, std::string>> gaps;
  for (const auto& [field, weight] : weights_for(record, weights)) {
    if (weight > 0 && is_empty(record.get(field))) gaps.emplace_back(-weight, field);
  }
  std::sort(gaps.begin(), gaps.end());
  std::vector<std::string> fields;
  for (auto& gap : gaps) fields.push_back(std::move(gap.second));
  return fields;
}

FillWeights::FillWeights(entity::Services& services) : services_(services) {
  subscription_ = services_.database.subscribe(
      kChannel, [this](std::string_view) { forget(); }, store::Database::Delivery::kBeforeWriteReturns);
}

void FillWeights::forget() {
  const std::lock_guard lock(mutex_);
  known_.reset();
}

std::shared_ptr<const std::vector<FieldWeight>> FillWeights::of(store::Connection& connection, const entity::Registry& registry,
                                                                const std::string& entity_key) {
  std::shared_ptr<const All> all;
  {
    const std::lock_guard lock(mutex_);
    all = known_;
  }
  if (!all) {
    all = std::make_shared<const All>(read(connection, registry));
    const std::lock_guard lock(mutex_);
    known_ = all;
  }
  const auto found = all->find(entity_key);
  if (found == all->end()) return std::make_shared<const std::vector<FieldWeight>>();
  return {all, &found->second};
}

FillWeights::All FillWeights::read(store::Connection& connection, const entity::Registry& registry) const {
  const auto system = entity::Caller::system();
  const auto& entity = registry.require("fill_weight");
  const json::object body = {{"limit", kMaxWeights}, {"fields", json::array{"target", "field", "client_class", "weight"}}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_query({connection, registry, *system, services_.clock.now()},
                    entity::parse_query(body, {registry, entity, *system, services_.clock.now()}), out);
  All all;
  const json::value page = base::parse_json(text);
  for (const auto& row : page.at("items").as_array()) {
    const auto& values = row.as_object();
    const auto* own_class = values.at("client_class").if_string();
    all[base::json_string(values, "target")].push_back({base::json_string(values, "field"),
                                                        own_class != nullptr ? std::string(*own_class) : std::string(),
                                                        base::json_int(values, "weight")});
  }
  return all;
}

void FillScoreBehaviour::prepare(entity::SaveContext& save) {
  auto& record = save.record();
  const auto weights = weights_->of(save.connection(), save.registry(), record.entity->key);
  const int score = fill_score(record, *weights);
  record.set("fill_score", score < 0 ? entity::Value{} : entity::Value{std::int64_t{score}});
}

void FillWeightBehaviour::check(entity::SaveContext& save) {
  const auto& record = save.record();
  const auto* entity = save.registry().find(record.text("target"));
  if (entity == nullptr || entity->field("fill_score") == nullptr) {
    save.add_error({"target", "unknown_entity", {}});
    return;
  }
  const auto* field = entity->field(record.text("field"));
  const bool is_computed = field != nullptr && (field->read_only || field->system || !field->through.empty());
  if (field == nullptr || is_computed) save.add_error({"field", "unknown_field", {{"field", std::string(record.text("field"))}}});
  const auto* classes = entity->field("client_class");
  const auto own_class = record.text("client_class");
  if (!own_class.empty() && (classes == nullptr || classes->option(own_class) == nullptr))
    save.add_error({"client_class", "unknown_option", {{"value", std::string(own_class)}}});
}

void FillWeightBehaviour::tell(entity::SaveContext& save) { services_.database.notify_on_commit(save.connection(), kChannel, "changed"); }

}  // namespace clients
