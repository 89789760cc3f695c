// Stages authorise and default of a save, and the reading of its input.
#include <algorithm>

#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/organisation/stored_rates.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

namespace {

Value link_to_user(std::int64_t user_id, const Registry& registry) {
  const EntityDef* user = registry.find("user");
  return user == nullptr || user_id == 0 ? Value{} : Value{Link{user->id, user_id}};
}

json::object valid_fields(const EntityDef& entity, const Caller& caller) {
  json::array names;
  for (const auto& field : entity.fields) {
    if (!field.system && !field.read_only && may_write_field(caller, entity, field)) names.emplace_back(field.key);
  }
  return {{"valid", std::move(names)}};
}

}  // namespace

FilterContext Save::filter_context() const { return FilterContext{*transaction_.registry, entity_, caller_, transaction_.now}; }

void Save::authorise(const Record& record, Action action) {
  if (caller_.is_system || caller_.is_admin) return;
  const Filter filter = access_filter(*transaction_.registry, entity_, caller_, action);
  if (matches(filter, record, filter_context(), &transaction_.resolver)) return;
  const Filter readable = access_filter(*transaction_.registry, entity_, caller_, Action::kRead);
  const bool seen = record.id != 0 && matches(readable, record, filter_context(), &transaction_.resolver);
  if (record.id != 0 && !seen) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  throw base::Error(base::ErrorCode::kPermissionDenied,
                    action == Action::kCreate   ? "create_not_allowed"
                    : action == Action::kDelete ? "delete_not_allowed"
                                                : "update_not_allowed",
                    {{"entity", entity_.key}});
}

void Save::load_for(std::int64_t id, Action action, bool in_bin) {
  auto found = transaction_.resolver.take_held(entity_, id);
  if (!found) found = load_record(transaction_.connection, *transaction_.registry, entity_, id, true);
  if (!found || found->deleted != in_bin) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  copy_built_in(*found);
  authorise(*found, action);
  before_ = std::move(*found);
  record_ = *before_;
}

void Save::apply(const json::object& values) {
  for (const auto& member : values) {
    const std::string_view key(member.key().data(), member.key().size());
    const FieldIndex index = entity_.index_of(key);
    if (index < 0) {
      errors_.push_back({std::string(key), "unknown_field", {}});
      continue;
    }
    const FieldDef& field = entity_.fields[static_cast<std::size_t>(index)];
    if (field.system) {
      apply_built_in(key, member.value());
      continue;
    }
    if (!may_read_field(caller_, entity_, field) && !may_write_field(caller_, entity_, field)) {
      errors_.push_back({std::string(key), "unknown_field", {}});
      continue;
    }
    const bool writable = caller_.is_system || (!field.read_only && may_write_field(caller_, entity_, field));
    if (!writable) {
      errors_.push_back({std::string(key), "read_only", {}});
      continue;
    }
    apply_field(field, index, member.value());
  }
  const bool unknown = std::any_of(errors_.begin(), errors_.end(), [](const auto& e) { return e.code == "unknown_field"; });
  if (unknown) throw base::Error(std::move(errors_)).with_extra_json(json::serialize(valid_fields(entity_, caller_)));
}

// Doubts of the caller replace those of the same field that a value left out could not.
void Save::apply_marks() {
  for (const auto& mark : options_.marks) {
    const bool is_known = std::find(record_.marks.begin(), record_.marks.end(), mark) != record_.marks.end();
    if (!is_known && entity_.index_of(mark.field) >= 0) record_.marks.push_back(mark);
  }
}

const ParsedValues* Save::parsed() const {
  const bool is_fit = !before_ && ahead_.parsed != nullptr && ahead_.parsed->record.entity == &entity_;
  return is_fit ? ahead_.parsed : nullptr;
}

void Save::apply_field(const FieldDef& field, FieldIndex index, const json::value& value) {
  std::vector<Mark> marks;
  if (const auto* ahead = parsed() != nullptr ? parsed()->find(index) : nullptr) {
    marks = ahead->marks;
    errors_.insert(errors_.end(), ahead->errors.begin(), ahead->errors.end());
    record_.at(index) = parsed()->record.at(index);
  } else {
    ParseContext context{field, *transaction_.registry, field.key, &errors_, &marks};
    if (before_) context.before = &before_->at(index);
    const StoredRates rates(transaction_.connection, *transaction_.registry, transaction_.now);
    context.rates = &rates;
    record_.at(index) = field.type->parse(value, context);
  }
  if (!options_.accept_doubtful) {
    for (const auto& mark : marks) errors_.push_back({field.key, mark.code, {{"raw", mark.raw}}});
  }
  std::erase_if(record_.marks, [&](const Mark& mark) { return mark.field == field.key; });
  record_.marks.insert(record_.marks.end(), marks.begin(), marks.end());
  given_.push_back(index);
}

void Save::apply_built_in(std::string_view key, const json::value& value) {
  if (key == "uid" && is_new()) {
    const auto uid = value.is_string() ? base::parse_uid(value.as_string()) : std::nullopt;
    if (uid)
      record_.uid = *uid;
    else
      errors_.push_back({"uid", "bad_uid", {}});
    return;
  }
  if (key == "created_at" && is_new() && (caller_.is_system || caller_.is_admin) && value.is_string()) {
    // Imports and migrations keep the day on which the record really came to be.
    const auto at = base::parse_instant(value.as_string());
    if (at)
      record_.created_at = *at;
    else
      errors_.push_back({"created_at", "bad_instant", {}});
    return;
  }
  // Clients send back what they read: id and version are looked at elsewhere, the rest is not theirs to set.
}

void Save::check_version(const json::object& patch) {
  std::optional<std::int64_t> expected = options_.version;
  if (const auto* given = patch.if_contains("version"); given != nullptr && !expected) {
    if (!given->is_int64()) throw base::Error::field("version", "wrong_type", {{"expected", "integer"}});
    expected = given->as_int64();
  }
  if (!expected || *expected == before_->version) return;
  if (*expected > before_->version || *expected < 1) throw_version_conflict(*expected, {});
  const auto since = fields_changed_since(transaction_.connection, entity_, before_->id, *expected, before_->version);
  if (!since) throw_version_conflict(*expected, {});
  std::vector<int> both;
  for (const auto& member : patch) {
    const FieldDef* field = entity_.field({member.key().data(), member.key().size()});
    if (field != nullptr && std::find(since->begin(), since->end(), field->id) != since->end()) both.push_back(field->id);
  }
  if (!both.empty()) throw_version_conflict(*expected, both);
}

void Save::throw_version_conflict(std::int64_t expected, const std::vector<int>& fields) {
  std::string extra;
  base::JsonWriter out(extra);
  out.begin_object().key("expected_version").integer(expected).key("current_version").integer(before_->version);
  out.key("fields").begin_array();
  for (const auto& field : entity_.fields) {
    if (std::find(fields.begin(), fields.end(), field.id) == fields.end()) continue;
    if (may_read_field(caller_, entity_, field)) out.text(field.key);
  }
  out.end_array().key("current");
  const QueryContext context{transaction_.connection, *transaction_.registry, caller_, transaction_.now};
  if (!write_record(context, entity_, before_->id, out)) out.null();
  out.end_object();
  throw base::Error(base::ErrorCode::kConflict, "version_conflict",
                    {{"expected", std::to_string(expected)}, {"current", std::to_string(before_->version)}})
      .with_extra_json(std::move(extra));
}

void Save::set_defaults() {
  const auto zone = base::TimeZone::find(caller_.time_zone).value_or(base::TimeZone::utc());
  for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
    const FieldDef& field = entity_.fields[i];
    const FieldIndex index = static_cast<FieldIndex>(i);
    if (field.system || field.default_value.is_null()) continue;
    // A field named by the input keeps its value, an explicit null included.
    if (std::find(given_.begin(), given_.end(), index) != given_.end() || !is_empty(record_.values[i])) continue;
    const json::value& declared = field.default_value;
    const std::string_view word = declared.is_string() ? std::string_view(declared.as_string()) : std::string_view();
    const Comparison comparison = field.type->comparison(field);
    if (word == "me" && comparison == Comparison::kLink) {
      record_.values[i] = link_to_user(caller_.user_id, *transaction_.registry);
    } else if (word == "now" && comparison == Comparison::kInstant) {
      record_.values[i] = base::to_micros(transaction_.now);
    } else if (word == "today" && comparison == Comparison::kDate) {
      record_.values[i] = base::to_days(zone.local_date(transaction_.now));
    } else if (!declared.is_object() || !declared.as_object().contains("formula")) {
      std::vector<Mark> marks;
      ParseContext context{field, *transaction_.registry, field.key, &errors_, &marks};
      const StoredRates rates(transaction_.connection, *transaction_.registry, transaction_.now);
      context.rates = &rates;
      record_.values[i] = field.type->parse(declared, context);
    }
  }
}

}  // namespace entity
