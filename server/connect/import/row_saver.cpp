#include "server/connect/import/row_saver.hpp"

#include <algorithm>
#include <set>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/codes.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/export/record_export.hpp"
#include "server/connect/import/values/sums.hpp"
#include "server/connect/import/values/text_repair.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"

namespace connect {

namespace {

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string link_key(const std::string& entity, const std::string& field, const std::string& value) {
  return entity + "|" + field + "|" + base::fold(value);
}

RowResult failed(const base::Error& error) {
  RowResult result;
  result.status = RowStatus::kFailed;
  result.reason = error.key();
  if (!error.fields().empty()) {
    result.reason = error.fields().front().code;
    result.field = error.fields().front().path;
  }
  return result;
}

// The written form of an item by which two are the same: its number, address or text.
std::string item_key(const json::value& item) {
  if (item.is_string()) return base::fold(std::string_view(item.as_string()));
  if (!item.is_object()) return json::serialize(item);
  const auto& object = item.as_object();
  const std::string raw = text_of(object, "raw");
  if (raw.find('@') != std::string::npos) return base::normalize_email(raw).value;
  if (!raw.empty()) {
    const auto phone = base::parse_phone(raw);
    return phone && !phone->e164.empty() ? phone->e164 + "#" + phone->ext : base::fold(raw);
  }
  const std::string text = text_of(object, "text");
  return text.empty() ? json::serialize(item) : base::fold(text);
}

// Words of two names that are equal, of the shorter one's words.
bool are_alike(std::string_view a, std::string_view b) {
  const auto first = words_in(a), second = words_in(b);
  if (first.empty() || second.empty()) return true;
  std::set<std::string> words;
  for (const auto& word : first) words.insert(word.text);
  std::size_t common = 0;
  for (const auto& word : second) common += words.contains(word.text);
  return common * 2 >= std::min(first.size(), second.size()) && common > 0;
}

}  // namespace

DuplicatePolicy duplicate_policy(std::string_view name) {
  if (name == "skip" || name.empty()) return DuplicatePolicy::kSkip;
  if (name == "fill") return DuplicatePolicy::kFill;
  if (name == "overwrite") return DuplicatePolicy::kOverwrite;
  if (name == "create") return DuplicatePolicy::kCreate;
  if (name == "ask") return DuplicatePolicy::kAsk;
  throw base::Error::field("duplicates", "unknown_option", {{"value", std::string(name)}, {"valid", "skip, fill, overwrite, create, ask"}});
}

std::string_view duplicate_policy_name(DuplicatePolicy policy) {
  static constexpr std::string_view kNames[] = {"skip", "fill", "overwrite", "create", "ask"};
  return kNames[static_cast<int>(policy)];
}

std::string_view row_status_name(RowStatus status) {
  static constexpr std::string_view kNames[] = {"created", "updated", "skipped", "failed", "review"};
  return kNames[static_cast<int>(status)];
}

RowSaver::RowSaver(entity::Services& services, const entity::Caller& caller, std::string entity_key, SaverOptions options)
    : services_(services),
      caller_(caller),
      entity_key_(std::move(entity_key)),
      options_(std::move(options)),
      registry_(services.catalog.current()),
      ahead_(dynamic_cast<entity::RecordsAhead*>(&services.records)) {}

void RowSaver::begin(const store::Slice* slice) {
  savepoint_.begin(slice);
  registry_ = services_.catalog.current();
  pending_links_.clear();
  materialised_.clear();
  put_links_.clear();
  put_records_.clear();
}

void RowSaver::commit() {
  if (options_.is_dry_run) return;
  links_.insert(pending_links_.begin(), pending_links_.end());
  pending_links_.clear();
}

const entity::EntityDef& RowSaver::known_entity(std::string_view key) const { return registry_->require(key); }

entity::SaveOptions RowSaver::save_options(std::string on_duplicate, std::vector<entity::Mark> marks) const {
  entity::SaveOptions options;
  options.on_duplicate = std::move(on_duplicate);
  options.audit_origin_import = true;
  options.job_id = options_.job_id;
  options.marks = std::move(marks);
  options.lane = store::Lane::kBulk;
  return options;
}

void RowSaver::save_some(store::Connection& connection, const std::vector<PreparedRow>& rows, std::size_t from,
                         std::vector<RowResult>& results) {
  const std::size_t before = results.size();
  // What a dry run remembers of a row cannot be forgotten later: there each row has a savepoint of its own.
  const std::size_t end = options_.is_dry_run ? from + 1 : rows.size();
  ids_.expect(rows.size() - from);
  savepoint_.make_some(
      connection, from, end,
      [&](std::size_t i) {
        forget_from(i);
        results.resize(before + i - from);
        results.push_back(save_row(connection, rows[i]));
      },
      [&](std::size_t i, const base::Error& error) {
        if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss ||
            error.code() == base::ErrorCode::kInternal)
          throw;
        forget_from(i);
        results.resize(before + i - from);
        results.push_back(failed(error));
      });
}

RowResult RowSaver::save(store::Connection& connection, const PreparedRow& row) {
  std::vector<RowResult> results;
  save_some(connection, {row}, 0, results);
  return std::move(results.front());
}

// What the rows from `row` on wrote was rolled back.
void RowSaver::forget_from(std::size_t row) {
  row_ = row;
  while (!put_links_.empty() && put_links_.back().first >= row) {
    pending_links_.erase(put_links_.back().second);
    put_links_.pop_back();
  }
  while (!put_records_.empty() && put_records_.back().first >= row) {
    materialised_.erase(put_records_.back().second);
    put_records_.pop_back();
  }
}

RowResult RowSaver::save_row(store::Connection& connection, const PreparedRow& row) {
  if (row.kind != RowKind::kData) {
    RowResult skipped;
    skipped.status = RowStatus::kSkipped;
    skipped.reason = skip_reason(row.kind);
    return skipped;
  }
  if (options_.is_dry_run) {
    for (const auto& key : row.keys) materialise(connection, key);
  }
  if (row.id != 0) return save_by_id(connection, row);
  RowResult result;
  std::optional<json::object> own;  // most rows need no copy
  std::vector<entity::Mark> marks = row.marks;
  if (!row.links.empty()) resolve_links(connection, row, own.emplace(row.values), marks, result);
  if (!row.uid.empty() && !row.values.contains("uid")) {
    if (!own) own = row.values;
    (*own)["uid"] = row.uid;
  }
  const json::object& values = own ? *own : row.values;
  RowResult saved;
  if (const auto known = find_by_key(connection, row, values))
    saved = meet(connection, row, *known, values, marks);
  else
    saved = save_new(connection, row, values, std::move(marks));
  if (saved.status == RowStatus::kCreated || saved.status == RowStatus::kUpdated) {
    for (const auto& [plural, count] : result.related) saved.related[plural] += count;
  }
  if (saved.status == RowStatus::kCreated ||
      ((saved.status == RowStatus::kUpdated || saved.reason == "duplicate") &&
       (options_.policy == DuplicatePolicy::kFill || options_.policy == DuplicatePolicy::kOverwrite))) {
    save_related(connection, row, saved.record_id, saved.status == RowStatus::kCreated, saved);
  }
  return saved;
}

// The fields whose cells no longer say what an export of the record would say: field → [text before, text now].
json::object RowSaver::edited_fields(store::Connection& connection, const PreparedRow& row) const {
  const auto& entity = known_entity(entity_key_);
  std::string text;
  base::JsonWriter out(text);
  if (!entity::write_record({connection, *registry_, caller_, services_.clock.now()}, entity, row.id, out))
    throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  const json::value record = base::parse_json(text, {64, 64u << 20});
  json::object edited;
  for (const auto& [key, cell] : row.texts) {
    const auto* field = entity.field(key);
    const auto* value = record.as_object().if_contains(key);
    if (field == nullptr || field->system || value == nullptr) continue;
    const std::string now = tidy(cell);
    const std::string plain = export_cell(entity, *field, *value, nullptr, "").text;
    bool is_same = false;
    std::vector<std::string> forms = {plain};
    for (const auto& language : base::Localizer::languages())
      forms.push_back(export_cell(entity, *field, *value, options_.localizer, language).text);
    for (const auto& form : forms) is_same = is_same || tidy(form) == now || "'" + tidy(form) == now;
    // 1234.50 and 1234.5 are one number.
    if (!is_same && field->type->comparison(*field) == entity::Comparison::kNumber) {
      const auto before = read_sum(plain, 9), after = read_sum(now, 9);
      is_same = before && after && before->amount == after->amount && before->currency == after->currency;
    }
    if (!is_same) edited[key] = json::array{forms.back(), std::string(base::prefix(cell, 500))};
  }
  return edited;
}

// Edited in a table that was exported here: the cells say what the record shall be, empty ones included.
RowResult RowSaver::save_by_id(store::Connection& connection, const PreparedRow& row) {
  const auto& entity = known_entity(entity_key_);
  RowResult result;
  result.record_id = row.id;
  result.status = RowStatus::kSkipped;
  result.reason = "duplicate";
  result.changes = edited_fields(connection, row);
  if (result.changes.empty()) return result;
  PreparedRow edited = row;
  std::erase_if(edited.links, [&](const LinkWish& wish) { return !result.changes.contains(wish.field); });
  std::erase_if(edited.marks, [&](const entity::Mark& mark) { return !result.changes.contains(mark.field); });
  json::object values;
  for (const auto& [key, value] : row.values) {
    // Parts that a changed name was cut into come with it.
    const bool is_derived = !row.texts.contains(std::string(key)) && result.changes.contains("name");
    if (is_derived || result.changes.contains(key)) values.emplace(key, value);
  }
  resolve_links(connection, edited, values, edited.marks, result);
  const auto known = entity::load_record(connection, *registry_, entity, row.id, true);
  if (!known || known->deleted) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  json::object patch = patch_for(connection, entity, *known, values, false);
  for (const auto& field : row.emptied) {
    if (result.changes.contains(field)) patch[field] = nullptr;
  }
  auto options = save_options("create", std::move(edited.marks));
  if (row.version != 0) options.version = row.version;
  const auto saved = services_.records.update_in(connection, caller_, entity, row.id, patch, options);
  if (saved.status == entity::SaveResult::Status::kUpdated) {
    result.status = RowStatus::kUpdated;
    result.reason.clear();
  }
  return result;
}

std::int64_t RowSaver::create(store::Connection& connection, const PreparedRow& row, const json::object& values,
                              const entity::SaveOptions& options) {
  const auto& entity = known_entity(entity_key_);
  if (ahead_ == nullptr) return services_.records.create_in(connection, caller_, entity, values, options).id;
  return ahead_->create_ahead_in(connection, caller_, entity, values, options, {&ids_, row.parsed.get()}).id;
}

RowResult RowSaver::save_new(store::Connection& connection, const PreparedRow& row, const json::object& values,
                             std::vector<entity::Mark> marks) {
  const bool looks = options_.policy != DuplicatePolicy::kCreate && options_.key_field.empty();
  RowResult result;
  std::int64_t id = 0;
  auto options = save_options(looks ? "error" : "create", marks);
  try {
    id = create(connection, row, values, options);
  } catch (const base::Error& error) {
    if (error.key() != "duplicate" || error.code() != base::ErrorCode::kConflict) throw;
    bool is_hidden = false;
    if (const auto known = same_client(connection, row, error, is_hidden)) return meet(connection, row, *known, values, marks);
    if (is_hidden) {
      result.status = RowStatus::kSkipped;
      result.reason = "duplicate";
      return result;
    }
    options.on_duplicate = "create";
    id = create(connection, row, values, options);
  }
  result.status = RowStatus::kCreated;
  result.record_id = id;
  if (options_.is_dry_run) remember(entity_key_, id, true, values, row.keys);
  return result;
}

// The row's client is known: what the policy says.
RowResult RowSaver::meet(store::Connection& connection, const PreparedRow& row, std::int64_t id, const json::object& values,
                         const std::vector<entity::Mark>& marks) {
  RowResult result;
  result.record_id = id;
  result.reason = "duplicate";
  if (options_.policy == DuplicatePolicy::kAsk) {
    result.status = RowStatus::kReview;
    return result;
  }
  result.status = RowStatus::kSkipped;
  if (options_.policy == DuplicatePolicy::kSkip || options_.policy == DuplicatePolicy::kCreate) return result;
  if (options_.is_dry_run) materialise(connection, "id:" + std::to_string(id));
  const auto& entity = known_entity(entity_key_);
  const auto known = entity::load_record(connection, *registry_, entity, id, true);
  if (!known) return result;
  const json::object patch = patch_for(connection, entity, *known, values, options_.policy == DuplicatePolicy::kFill);
  std::vector<entity::Mark> kept;
  for (const auto& mark : marks) {
    const auto index = entity.index_of(mark.field);
    if (patch.contains(mark.field) || (index >= 0 && entity::is_empty(known->at(index)))) kept.push_back(mark);
  }
  if (patch.empty()) return result;
  const auto saved = services_.records.update_in(connection, caller_, entity, id, patch, save_options("create", std::move(kept)));
  if (saved.status != entity::SaveResult::Status::kUpdated) return result;
  result.status = RowStatus::kUpdated;
  result.reason.clear();
  if (options_.is_dry_run) remember(entity_key_, id, false, patch, row.keys);
  return result;
}

json::object RowSaver::patch_for(store::Connection&, const entity::EntityDef& entity, const entity::Record& known,
                                 const json::object& values, bool fills_only) const {
  json::object patch;
  for (const auto& [key, value] : values) {
    const auto index = entity.index_of(key);
    if (index < 0 || value.is_null()) continue;
    const auto& field = entity.fields[static_cast<std::size_t>(index)];
    if (field.system) continue;
    const auto& before = known.at(index);
    if (!field.type->is_multi_value(field) || !value.is_array()) {
      // «client» of a new record is a default, not something the file said.
      if (!fills_only || entity::is_empty(before)) patch.emplace(key, value);
      continue;
    }
    std::string text;
    base::JsonWriter out(text);
    field.type->write(field, before, out);
    const json::value stored = entity::is_empty(before) ? json::value(json::array()) : base::parse_json(text);
    if (!stored.is_array()) continue;
    std::map<std::string, json::value> by_key;
    for (const auto& item : stored.as_array()) by_key.emplace(item_key(item), item);
    json::array items;
    bool is_changed = false;
    const auto stays = [&](const json::value& item) {
      if (!item.is_object() || !item.as_object().contains("id")) return item;
      if (field.type->name() == "many_to_many") return item.as_object().at("id");
      // A dry run writes its changes again later, when the item will have another number.
      if (!options_.is_dry_run) return json::value(json::object{{"id", item.as_object().at("id")}});
      json::object copy = item.as_object();
      copy.erase("id");
      return json::value(std::move(copy));
    };
    // Filling adds to what is there; overwriting puts the row's own set in its place, keeping the items that stay.
    if (fills_only) {
      for (const auto& item : stored.as_array()) items.push_back(stays(item));
    }
    std::set<std::string> kept;
    for (const auto& item : value.as_array()) {
      const auto found = by_key.find(item_key(item));
      if (found == by_key.end()) {
        items.push_back(item);
        is_changed = true;
        continue;
      }
      kept.insert(found->first);
      if (!fills_only) items.push_back(stays(found->second));
    }
    if (!fills_only && kept.size() != by_key.size()) is_changed = true;
    if (is_changed) patch.emplace(key, std::move(items));
  }
  return patch;
}

std::vector<std::int64_t> RowSaver::find_equal(store::Connection& connection, const entity::EntityDef& entity, std::string_view field,
                                               const std::string& text) const {
  const auto index = entity.index_of(field);
  if (index < 0 || text.empty()) return {};
  const auto system = entity::Caller::system();
  const entity::FilterContext context{*registry_, entity, *system, services_.clock.now()};
  const auto filter = entity::parse_filter(json::object{{"field", field}, {"op", "eq"}, {"value", text}}, context);
  return entity::find_ids({connection, *registry_, *system, services_.clock.now()}, entity, filter, entity::Action::kRead, 0, 3);
}

std::optional<std::int64_t> RowSaver::find_by_key(store::Connection& connection, const PreparedRow&, const json::object& values) {
  if (options_.key_field.empty()) return std::nullopt;
  const auto* value = values.if_contains(options_.key_field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string text = value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
  if (options_.is_dry_run) materialise(connection, link_key(entity_key_, options_.key_field, text));
  const auto ids = find_equal(connection, known_entity(entity_key_), options_.key_field, text);
  if (ids.empty()) return std::nullopt;
  return ids.front();
}

// The candidates that the record service found, best first; those whose likeness is only a shared telephone are passed over.
std::optional<std::int64_t> RowSaver::same_client(store::Connection& connection, const PreparedRow& row, const base::Error& duplicate,
                                                  bool& is_hidden) {
  const auto& entity = known_entity(entity_key_);
  const json::value extra = base::parse_json(duplicate.extra_json());
  for (const auto& candidate : extra.at("candidates").as_array()) {
    const auto& object = candidate.as_object();
    if (base::json_bool(object, "hidden")) {
      is_hidden = true;
      continue;
    }
    std::vector<std::string> reasons;
    if (const auto* given = base::json_array(object, "reasons")) {
      for (const auto& reason : *given) reasons.emplace_back(reason.as_string());
    }
    const std::int64_t id = base::json_int(object, "id");
    if (options_.is_dry_run) materialise(connection, "id:" + std::to_string(id));
    const auto known = entity::load_record(connection, *registry_, entity, id);
    if (known && is_same_client(row, *known, reasons)) return id;
  }
  return std::nullopt;
}

bool RowSaver::is_same_client(const PreparedRow& row, const entity::Record& known, const std::vector<std::string>& reasons) const {
  const bool has_inn = known.entity->index_of("inn") >= 0;
  const std::string known_inn = has_inn ? std::string(known.text("inn")) : std::string();
  const bool is_known_inn_right = !known_inn.empty() && base::check_code(base::CodeKind::kInn, known_inn).valid();
  // A wrong ИНН joins nobody; two right ones that differ are two clients.
  if (!row.valid_inn.empty() && is_known_inn_right) return row.valid_inn == known_inn;
  const bool is_by_inn_alone = std::all_of(reasons.begin(), reasons.end(), [](const auto& reason) { return reason == "inn"; });
  if (is_by_inn_alone && !reasons.empty()) return false;
  if (known.entity->index_of("last_name") >= 0) {
    const PersonName mine{
        text_of(row.values, "last_name"), text_of(row.values, "first_name"), text_of(row.values, "middle_name"), {}, false};
    const PersonName other{
        std::string(known.text("last_name")), std::string(known.text("first_name")), std::string(known.text("middle_name")), {}, false};
    if (!mine.last.empty() && !other.last.empty()) return may_be_same_person(mine, other);
    return are_alike(text_of(row.values, "name"), known.text("name"));
  }
  // One telephone in two firms does not make them one.
  if (has_inn) return are_alike(text_of(row.values, "name"), known.text("name"));
  return true;
}

void RowSaver::resolve_links(store::Connection& connection, const PreparedRow& row, json::object& values, std::vector<entity::Mark>& marks,
                             RowResult& result) {
  for (const auto& wish : row.links) {
    if (wish.entity == "user") {
      if (const auto user = find_user(connection, wish.text))
        values[wish.field] = *user;
      else
        marks.push_back({wish.field, "user_not_found", wish.text});
      continue;
    }
    bool is_ambiguous = false;
    auto id = find_linked(connection, wish, is_ambiguous);
    if (is_ambiguous) {
      marks.push_back({wish.field, "ambiguous_link", wish.text});
      continue;
    }
    if (!id && !options_.creates_links) {
      marks.push_back({wish.field, "link_not_found", wish.text});
      continue;
    }
    if (!id) id = create_linked(connection, wish, result);
    values[wish.field] = *id;
    // The company of a contact is one of its companies as well.
    const auto& entity = known_entity(entity_key_);
    for (const auto& field : entity.fields) {
      const bool is_same_target =
          field.type->name() == "many_to_many" && std::find(field.to.begin(), field.to.end(), wish.entity) != field.to.end();
      if (is_same_target && !values.contains(field.key)) values[field.key] = json::array{*id};
    }
  }
}

std::optional<std::int64_t> RowSaver::find_user(store::Connection& connection, const std::string& text) {
  if (!has_users_) {
    auto statement =
        connection.prepare("import_users", "SELECT id, email, name FROM sys_user WHERE deleted_at IS NULL AND is_active <> 0 ORDER BY id");
    while (statement.step()) {
      const std::string name(statement.text(2));
      users_.push_back({statement.integer(0), base::fold(statement.text(1)), base::fold(name), split_person(name)});
    }
    has_users_ = true;
  }
  const std::string folded = base::fold(tidy(text));
  for (const auto& user : users_) {
    if (user.email == folded || user.folded_name == folded) return user.id;
  }
  const PersonName person = split_person(text);
  std::optional<std::int64_t> found;
  for (const auto& user : users_) {
    if (!may_be_same_person(person, user.name)) continue;
    if (found) return std::nullopt;
    found = user.id;
  }
  return found;
}

std::optional<std::int64_t> RowSaver::find_linked(store::Connection& connection, const LinkWish& wish, bool& is_ambiguous) {
  const auto& target = known_entity(wish.entity);
  for (const std::string_view field : {"inn", "name"}) {
    const std::string text = text_of(wish.values, field);
    if (text.empty() || target.index_of(field) < 0) continue;
    if (field == "inn" && !base::check_code(base::CodeKind::kInn, text).valid()) continue;
    const std::string key = link_key(wish.entity, std::string(field), text);
    for (const auto* known : {&pending_links_, &links_}) {
      if (const auto at = known->find(key); at != known->end()) return at->second;
    }
    if (options_.is_dry_run) materialise(connection, key);
    const auto ids = find_equal(connection, target, field, text);
    if (ids.empty()) continue;
    // Firms of one name in different forms are different firms.
    std::vector<std::int64_t> fitting;
    const std::string form = text_of(wish.values, "legal_form"), inn = text_of(wish.values, "inn");
    for (const std::int64_t id : ids) {
      const auto record = entity::load_record(connection, *registry_, target, id);
      if (!record) continue;
      const bool is_other_form =
          target.index_of("legal_form") >= 0 && !form.empty() && !record->text("legal_form").empty() && record->text("legal_form") != form;
      const bool is_other_inn = !inn.empty() && target.index_of("inn") >= 0 && !record->text("inn").empty() && record->text("inn") != inn;
      if (field == "inn" || (!is_other_form && !is_other_inn)) fitting.push_back(id);
    }
    if (fitting.size() > 1 && field == "name") {
      is_ambiguous = true;
      return std::nullopt;
    }
    if (fitting.empty()) continue;
    put_link(key, fitting.front());
    return fitting.front();
  }
  return std::nullopt;
}

void RowSaver::put_link(const std::string& key, std::int64_t id) {
  pending_links_[key] = id;
  put_links_.emplace_back(row_, key);
}

std::int64_t RowSaver::create_linked(store::Connection& connection, const LinkWish& wish, RowResult& result) {
  const auto& target = known_entity(wish.entity);
  const std::int64_t id = services_.records.create_in(connection, caller_, target, wish.values, save_options("create", {})).id;
  ++result.related[target.plural];
  std::vector<std::string> keys;
  for (const std::string_view field : {"inn", "name"}) {
    const std::string text = text_of(wish.values, field);
    if (text.empty()) continue;
    keys.push_back(link_key(wish.entity, std::string(field), text));
    put_link(keys.back(), id);
  }
  if (options_.is_dry_run) remember(wish.entity, id, true, wish.values, std::move(keys));
  return id;
}

// Contacts of a company: linked on both sides; one who is there already is not created again.
void RowSaver::save_related(store::Connection& connection, const PreparedRow& row, std::int64_t id, bool is_new, RowResult& result) {
  const auto& entity = known_entity(entity_key_);
  for (const auto& wish : row.related) {
    const auto& target = known_entity(wish.entity);
    const auto* relation = entity.field(wish.field);
    json::object values = wish.values;
    const PersonName person{text_of(values, "last_name"), text_of(values, "first_name"), text_of(values, "middle_name"), {}, false};
    bool is_known = false;
    if (!is_new && relation != nullptr) {
      const auto record = entity::load_record(connection, *registry_, entity, id);
      const auto* items = record ? std::get_if<entity::Items>(&record->get(wish.field)) : nullptr;
      for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        const auto* other_id = std::get_if<std::int64_t>(&(*items)[i].columns.front());
        const auto other = other_id == nullptr ? std::nullopt : entity::load_record(connection, *registry_, target, *other_id);
        if (!other) continue;
        const bool has_parts = target.index_of("last_name") >= 0 && !person.last.empty() && !other->text("last_name").empty();
        const PersonName theirs = has_parts ? PersonName{std::string(other->text("last_name")),
                                                         std::string(other->text("first_name")),
                                                         std::string(other->text("middle_name")),
                                                         {},
                                                         false}
                                            : PersonName{};
        is_known = is_known || (has_parts ? may_be_same_person(person, theirs)
                                          : base::fold(other->text("name")) == base::fold(text_of(values, "name")));
      }
    }
    if (is_known) continue;
    for (const auto& field : target.fields) {
      const bool points_here = std::find(field.to.begin(), field.to.end(), entity_key_) != field.to.end();
      if (!points_here || values.contains(field.key) || field.read_only) continue;
      if (field.type->name() == "many_to_many" && relation != nullptr && field.through == relation->through)
        values[field.key] = json::array{id};
      else if (field.type->name() == "link" && field.key == entity_key_)
        values[field.key] = id;
    }
    const auto* owner = row.values.if_contains("owner");
    if (owner != nullptr && target.field("owner") != nullptr) values["owner"] = *owner;
    services_.records.create_in(connection, caller_, target, values, save_options("create", wish.marks));
    ++result.related[target.plural];
  }
}

void RowSaver::remember(const std::string& entity, std::int64_t id, bool is_new, const json::object& values,
                        std::vector<std::string> keys) {
  // Links to records that exist only in this dry run would lead nowhere later; they decide nothing about likeness.
  json::object kept;
  const auto& def = known_entity(entity);
  for (const auto& [key, value] : values) {
    const auto* field = def.field(key);
    const bool is_link = field != nullptr && (field->type->name() == "link" || field->type->name() == "many_to_many");
    if (!is_link) kept.emplace(key, value);
  }
  std::size_t index = virtuals_.size();
  for (const auto& [at, temporary] : materialised_) {
    if (temporary == id && virtuals_[at].entity == entity) index = at;
  }
  if (index == virtuals_.size()) virtuals_.push_back({entity, is_new ? 0 : id, {}});
  virtuals_[index].changes.push_back(json::serialize(kept));
  materialised_[index] = id;
  put_records_.emplace_back(row_, index);
  if (virtuals_[index].id != 0) keys.push_back("id:" + std::to_string(id));
  if (!options_.key_field.empty() && entity == entity_key_) {
    if (const auto* value = values.if_contains(options_.key_field))
      keys.push_back(link_key(entity, options_.key_field, value->is_string() ? std::string(value->as_string()) : json::serialize(*value)));
  }
  if (entity != entity_key_) keys.push_back(link_key(entity, "name", text_of(values, "name")));
  for (const auto& key : keys) {
    auto& at = virtual_keys_[key];
    if (std::find(at.begin(), at.end(), index) == at.end()) at.push_back(index);
  }
}

void RowSaver::materialise(store::Connection& connection, const std::string& key) {
  const auto found = virtual_keys_.find(key);
  if (found == virtual_keys_.end()) return;
  for (const std::size_t index : found->second) {
    if (materialised_.contains(index)) continue;
    const Virtual& record = virtuals_[index];
    const auto& entity = known_entity(record.entity);
    std::int64_t id = record.id;
    materialised_[index] = id;
    put_records_.emplace_back(row_, index);
    for (const auto& change : record.changes) {
      const json::value values = base::parse_json(change);
      if (id == 0)
        id = services_.records.create_in(connection, caller_, entity, values.as_object(), save_options("create", {})).id;
      else
        services_.records.update_in(connection, caller_, entity, id, values.as_object(), save_options("create", {}));
    }
    materialised_[index] = id;
  }
}

}  // namespace connect
