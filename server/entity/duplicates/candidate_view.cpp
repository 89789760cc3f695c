#include "server/entity/duplicates/candidate_view.hpp"

#include "server/entity/field_type.hpp"
#include "server/entity/read/page/database_resolver.hpp"
#include "server/entity/storage.hpp"

namespace entity {

CandidateView::CandidateView(const QueryContext& context, const EntityDef& entity)
    : context_(context),
      entity_(entity),
      plan_(match_plan(entity)),
      readable_(access_filter(context.registry, entity, context.caller, Action::kRead)) {}

const Record* CandidateView::find(std::int64_t id) {
  auto [it, added] = known_.try_emplace(id);
  if (added) {
    it->second = load_record(context_.connection, context_.registry, entity_, id);
    if (it->second) copy_built_in(*it->second);
  }
  return it->second && !it->second->deleted ? &*it->second : nullptr;
}

bool CandidateView::is_readable(std::int64_t id) {
  const Record* record = find(id);
  if (record == nullptr) return false;
  DatabaseResolver resolver(context_.connection, context_.registry, context_.caller, context_.now);
  return matches(readable_, *record, {context_.registry, entity_, context_.caller, context_.now}, &resolver);
}

bool CandidateView::begin(std::int64_t id, base::JsonWriter& out) {
  const Record* record = find(id);
  if (record == nullptr) return false;
  out.begin_object();
  if (is_readable(id)) {
    out.key("id").integer(id).key("version").integer(record->version).key("title");
    const FieldDef& title = entity_.fields[static_cast<std::size_t>(entity_.title_index)];
    if (may_read_field(context_.caller, entity_, title))
      out.text(title.type->display(title, record->at(entity_.title_index)));
    else
      out.null();
    out.key("facts").begin_object();
    for (const auto index : plan_.fields) {
      const FieldDef& field = entity_.fields[static_cast<std::size_t>(index)];
      if (index == entity_.title_index || is_empty(record->at(index)) || !may_read_field(context_.caller, entity_, field)) continue;
      out.key(field.key).text(field.type->display(field, record->at(index)));
    }
    out.end_object();
  } else {
    out.key("hidden").boolean(true);
  }
  if (entity_.owner_index >= 0 && !is_empty(record->at(entity_.owner_index))) {
    const std::int64_t owner_id = std::get<Link>(record->at(entity_.owner_index)).record_id;
    const auto owner = load_record(context_.connection, context_.registry, context_.registry.require("user"), owner_id);
    out.key("owner").begin_object().key("id").integer(owner_id).key("title");
    if (owner)
      out.text(owner->text("name"));
    else
      out.null();
    out.end_object();
  }
  return true;
}

void CandidateView::write_reasons(const std::string& stored, base::JsonWriter& out) const {
  out.begin_array();
  const json::value reasons = base::parse_json(stored);
  for (const auto& reason : reasons.as_array()) {
    const FieldDef* field = entity_.field(base::json_string(reason.as_object(), "field"));
    if (field != nullptr && may_read_field(context_.caller, entity_, *field)) out.value(reason);
  }
  out.end_array();
}

void write_draft_candidates(const QueryContext& context, const EntityDef& entity, const json::object& values, std::int64_t except,
                            int limit, base::JsonWriter& out) {
  const MatchPlan plan = match_plan(entity);
  out.begin_object().key("candidates").begin_array();
  if (!plan.is_empty()) {
    const auto features = match_features(plan, entity, values);
    CandidateView view(context, entity);
    for (const auto& candidate : MatchIndex(context.connection, entity, plan).find(features, except, match::kLikelyPoints, limit)) {
      const bool readable = view.is_readable(candidate.id);
      if (!view.begin(candidate.id, out)) continue;
      if (readable) {
        out.key("score").integer(candidate.score.points).key("reasons");
        view.write_reasons(reasons_json(plan.schema, candidate.score), out);
      }
      out.end_object();
    }
  }
  out.end_array().end_object();
}

}  // namespace entity
