#include "server/entity/read/page/output.hpp"

#include <algorithm>

#include "server/base/decimal.hpp"
#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/scalar_path.hpp"

namespace entity::read {

namespace {

// Types whose JSON is written straight from the column; all others go through FieldType::read and write.
Form form_of(const FieldDef& field, const Terminal& terminal) {
  if (terminal.is_uid) return Form::kUid;
  if (terminal.is_currency) return Form::kText;
  if (terminal.is_money) return Form::kMoney;
  const auto name = field.result_type != nullptr ? field.result_type->name() : field.type->name();
  if (name == "text" || name == "long_text" || name == "choice" || name == "rich_text") return Form::kText;
  if (name == "integer") return Form::kInteger;
  if (name == "bool") return Form::kBool;
  if (name == "date") return Form::kDate;
  if (name == "instant") return Form::kInstant;
  if (name == "decimal" || name == "percent") return Form::kDecimal;
  if (name == "link_any") return Form::kLinkAny;
  if (name == "link" || name == "user") return Form::kLink;
  if (name == "file" || name == "image") return Form::kFile;
  return Form::kGeneric;
}

// Columns a form reads, by suffix.
std::vector<std::string> columns_of_form(Form form, const Terminal& terminal) {
  const auto column = [&](std::string_view suffix) { return column_of(*terminal.entity, terminal.index, suffix); };
  switch (form) {
    case Form::kMoney: return {column(""), column("__currency")};
    case Form::kLinkAny: return {column(""), column("__entity")};
    case Form::kGeneric: {
      std::vector<std::string> columns;
      const auto& storage = storage_of(*terminal.entity);
      for (const auto& stored : storage.read_columns) {
        if (stored.field == terminal.index) columns.push_back(stored.quoted);
      }
      return columns;
    }
    default: return {terminal.value_column};
  }
}

std::string json_key(std::string_view name) {
  std::string text;
  base::append_json_string(text, name);
  text += ':';
  return text;
}

}  // namespace

OutputPlan::OutputPlan(const Registry& registry, const EntityDef& entity, const std::vector<std::vector<PathStep>>& fields, bool with_marks,
                       const Caller& caller) {
  for (const auto& path : fields) {
    const bool is_readable = std::all_of(path.begin(), path.end(), [&](const PathStep& step) {
      return may_read_field(caller, *step.entity, step.entity->fields[static_cast<std::size_t>(step.field)]);
    });
    if (is_readable) add(registry, path);
  }
  if (with_marks) {
    OutputField marks;
    marks.key = json_key("marks");
    marks.form = Form::kMarks;
    marks.column = column_count_++;
    marks.path.push_back({&entity, -1, {}});
    fields_.push_back(std::move(marks));
  }
}

void OutputPlan::add(const Registry& registry, const std::vector<PathStep>& path) {
  const auto terminal = describe_terminal(registry, path.back());
  OutputField out;
  out.key = json_key(path_text(path));
  out.field = terminal.field;
  out.scale = terminal.scale;
  out.path = path;
  if (terminal.is_many()) {
    if (path.size() > 1) return;
    out.items = terminal.items;
    out.form = terminal.source == TerminalSource::kTargets ? Form::kTargets : Form::kItems;
    out.target = terminal.targets.empty() ? nullptr : terminal.targets.front();
    out.item_index = item_tables_.size();
    item_tables_.push_back(terminal.items);
    fields_.push_back(std::move(out));
    return;
  }
  if (terminal.source == TerminalSource::kNothing) {
    if (path.size() > 1 || !is_computed_on_read(*terminal.field)) return;
    out.form = Form::kComputed;
    fields_.push_back(std::move(out));
    return;
  }
  out.form = form_of(*terminal.field, terminal);
  out.target = terminal.targets.size() == 1 ? terminal.targets.front() : nullptr;
  if (out.form == Form::kLink && out.target == nullptr) out.form = Form::kGeneric;
  const bool is_id = path.size() == 1 && terminal.field->system && terminal.field->key == "id";
  out.column = is_id ? 0 : column_count_;
  if (!is_id) column_count_ += static_cast<int>(columns_of_form(out.form, terminal).size());
  fields_.push_back(std::move(out));
}

void OutputPlan::prepare_single(store::Dialect dialect) { single_items_sql_ = items_sql(item_tables_, dialect, true); }

void OutputPlan::inline_user_titles() {
  for (auto& field : fields_) {
    if (field.form != Form::kLink || field.target->key != "user" || field.path.size() > 1) continue;
    const auto title = field.target->title_index;
    if (title < 0 || field.target->fields[static_cast<std::size_t>(title)].type->name() != "text") continue;
    field.title_column = column_count_++;
  }
}

void OutputPlan::write_select(SqlWriter& out, FilterSql& filters, std::string_view alias) const {
  out << alias << ".id";
  for (const auto& field : fields_) {
    if (field.column <= 0) continue;
    if (field.form == Form::kMarks) {
      out << "," << alias << ".\"marks\"";
      continue;
    }
    const auto terminal = describe_terminal(filters.registry(), field.path.back());
    for (const auto& column : columns_of_form(field.form, terminal)) {
      out << ",";
      write_scalar_path(out, filters, field.path, column, alias);
    }
  }
  for (const auto& field : fields_) {
    if (field.title_column < 0) continue;
    const auto name = out.new_alias();
    out << ",(SELECT " << name << "." << column_of(*field.target, field.target->title_index) << " FROM " << table_of(*field.target) << " "
        << name << " WHERE " << name << ".id = " << alias << "." << column_of(*field.path.front().entity, field.path.front().field) << ")";
  }
}

void RowWriter::row(store::Statement& statement, int first) {
  json_.begin_object();
  ids_.push_back(statement.integer(first));
  for (const auto& each : plan_.fields()) field(each, statement, first);
  json_.end_object();
}

void RowWriter::field(const OutputField& field, store::Statement& statement, int first) {
  const int column = first + field.column;
  if (field.form == Form::kMarks) {
    if (statement.is_null(column)) return;
    return marks(statement.text(column));
  }
  json_.raw_key(field.key);
  if (field.form == Form::kComputed) {
    json_.raw("");
    holes_.push_back({buffer_.size(), &field, kComputedHole, ids_.back()});
    return;
  }
  if (field.items != nullptr) {
    json_.raw("");
    holes_.push_back({buffer_.size(), &field, 0, ids_.back()});
    return;
  }
  if (statement.is_null(column)) {
    json_.null();
    return;
  }
  switch (field.form) {
    case Form::kText: json_.text(statement.text(column)); break;
    case Form::kInteger: json_.integer(statement.integer(column)); break;
    case Form::kBool: json_.boolean(statement.integer(column) != 0); break;
    case Form::kDate:
      json_.raw("\"");
      base::append_date(buffer_, base::from_days(statement.integer(column)));
      buffer_ += '"';
      break;
    case Form::kInstant:
      json_.raw("\"");
      base::append_instant(buffer_, base::from_micros(statement.integer(column)));
      buffer_ += '"';
      break;
    case Form::kDecimal:
      json_.raw("\"");
      base::append_decimal(buffer_, {statement.integer(column), field.scale});
      buffer_ += '"';
      break;
    case Form::kMoney:
      json_.raw("{\"amount\":\"");
      base::append_decimal(buffer_, {statement.integer(column), field.scale});
      buffer_ += "\",\"currency\":";
      base::append_json_string(buffer_, statement.text(column + 1));
      buffer_ += '}';
      break;
    case Form::kLink:
      if (field.title_column >= 0) {
        titled_link(statement.integer(column), statement, first + field.title_column);
      } else {
        link(field, field.target->id, statement.integer(column));
      }
      break;
    case Form::kLinkAny: link(field, static_cast<int>(statement.integer(column + 1)), statement.integer(column)); break;
    case Form::kUid: {
      base::Uid uid{};
      const auto bytes = statement.blob(column);
      std::copy_n(bytes.begin(), std::min(bytes.size(), uid.size()), uid.begin());
      json_.text(base::to_string(uid));
      break;
    }
    case Form::kFile:
      json_.raw("");
      holes_.push_back({buffer_.size(), &field, kFileHole, statement.integer(column)});
      break;
    default: generic(field, statement, column);
  }
}

void RowWriter::titled_link(std::int64_t id, store::Statement& statement, int title_column) {
  json_.begin_object().raw_key("\"id\":").integer(id).raw_key("\"title\":");
  if (statement.is_null(title_column)) {
    json_.null();
  } else {
    json_.text(statement.text(title_column));
  }
  json_.end_object();
}

void RowWriter::link(const OutputField& field, int entity_id, std::int64_t id) {
  json_.raw("{\"id\":");
  char digits[24];
  buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, id).ptr);
  if (field.form == Form::kLinkAny) {
    const auto* target = context_.registry.find_id(entity_id);
    buffer_ += ",\"entity\":";
    base::append_json_string(buffer_, target != nullptr ? target->key : "");
  }
  buffer_ += ",\"title\":";
  holes_.push_back({buffer_.size(), &field, entity_id, id});
  buffer_ += '}';
}

void RowWriter::generic(const OutputField& field, store::Statement& statement, int column) {
  Value value;
  field.field->type->read(*field.field, statement, column, value);
  field.field->type->write(*field.field, value, json_);
}

// Marks of fields the caller may not read are left out.
void RowWriter::marks(std::string_view text) {
  const auto& entity = *plan_.fields().back().path.front().entity;
  json_.raw_key(plan_.fields().back().key).begin_array();
  const auto parsed = base::parse_json(text);
  for (const auto& mark : parsed.as_array()) {
    const auto path = base::json_string(mark.as_object(), "field");
    const auto* field = entity.field(std::string_view(path).substr(0, path.find_first_of(".[")));
    if (field != nullptr && may_read_field(context_.caller, entity, *field)) json_.value(mark);
  }
  json_.end_array();
}

void RowWriter::set_items(FetchedItems items, TitleMap titles) {
  items_ = std::move(items);
  known_titles_ = std::move(titles);
  has_items_ = true;
}

void RowWriter::fetch_items() {
  if (!has_items_) set_items(read::fetch_items(context_.connection, plan_.item_tables(), ids_, plan_.single_items_sql()), {});
  for (const auto& field : plan_.fields()) {
    if (field.form != Form::kTargets) continue;
    if (known_titles_.contains(field.items->target_entity_id)) continue;
    for (const auto& [id, items] : items_[field.item_index]) {
      for (const auto& item : items) {
        if (const auto* target = std::get_if<std::int64_t>(&item.columns.front())) {
          titles_[field.items->target_entity_id][*target];
        }
      }
    }
  }
}

void RowWriter::fetch_titles() {
  for (const auto& hole : holes_) {
    if (hole.entity_id > 0) titles_[hole.entity_id][hole.id];
  }
  read::fetch_titles(context_, titles_);
}

// Whoever reads the field may read what it holds: see may_read_file.
void RowWriter::fetch_files() {
  for (const auto& hole : holes_) {
    if (hole.entity_id == kFileHole) files_[hole.id];
  }
  for (const auto& field : plan_.fields()) {
    if (field.form != Form::kItems || !is_file_field(*field.field)) continue;
    for (const auto& [record, items] : items_[field.item_index]) {
      for (const std::int64_t id : files_in(items)) files_[id];
    }
  }
  for (auto& [id, file] : files_) file = find_file(context_.connection, id);
}

void RowWriter::compute() {
  for (const auto& field : plan_.fields()) {
    if (field.form != Form::kComputed || ids_.empty()) continue;
    computed_.emplace(&field, compute_on_read(context_, *field.path.front().entity, field.path.front().field, ids_));
  }
}

void RowWriter::write_file(std::int64_t id, base::JsonWriter& json) const {
  if (const auto& file = files_.at(id))
    write_file_json(*file, json);
  else
    json.null();
}

const std::string& RowWriter::title(int entity_id, std::int64_t id) const { return titles_.at(entity_id).at(id); }

std::string RowWriter::items_json(const OutputField& field, const Items& items) const {
  std::string text;
  base::JsonWriter json(text);
  if (field.form == Form::kItems && is_file_field(*field.field)) {
    json.begin_array();
    for (const std::int64_t id : files_in(items)) write_file(id, json);
    json.end_array();
    return text;
  }
  if (field.form == Form::kItems) {
    field.field->type->write(*field.field, items, json);
    return text;
  }
  json.begin_array();
  for (const auto& item : items) {
    const auto* target = std::get_if<std::int64_t>(&item.columns.front());
    if (target == nullptr) continue;
    const int entity_id = field.items->target_entity_id;
    const auto known = known_titles_.find(entity_id);
    const auto& text = known != known_titles_.end() ? known->second.at(*target) : title(entity_id, *target);
    json.begin_object().key("id").integer(*target).key("title").raw(text).end_object();
  }
  json.end_array();
  return text;
}

void RowWriter::finish(std::string& out) {
  if (!plan_.item_tables().empty() && !ids_.empty()) fetch_items();
  fetch_titles();
  fetch_files();
  compute();
  std::size_t done = 0;
  for (const auto& hole : holes_) {
    out.append(buffer_, done, hole.offset - done);
    done = hole.offset;
    if (hole.entity_id == kComputedHole) {
      out += computed_.at(hole.field).at(hole.id);
      continue;
    }
    if (hole.entity_id == kFileHole) {
      base::JsonWriter json(out);
      write_file(hole.id, json);
      continue;
    }
    if (hole.entity_id != 0) {
      out += title(hole.entity_id, hole.id);
      continue;
    }
    const auto& found = items_[hole.field->item_index];
    const auto items = found.find(hole.id);
    if (items == found.end())
      out += "[]";
    else
      out += items_json(*hole.field, items->second);
  }
  out.append(buffer_, done);
}

}  // namespace entity::read
