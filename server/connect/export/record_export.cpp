#include "server/connect/export/record_export.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/export/vcard_writer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"

namespace connect {

namespace {

std::string member_text(const json::object& object, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    const auto* value = object.if_contains(key);
    if (value != nullptr && value->is_string() && !value->as_string().empty()) return std::string(value->as_string());
  }
  return {};
}

std::string option_label(const entity::EntityDef& entity, const entity::FieldDef& field, std::string_view key,
                         const base::Localizer* localizer, std::string_view language) {
  if (localizer == nullptr) return std::string(key);
  const auto* option = field.option(key);
  if (option != nullptr) {
    if (const auto own = option->labels.find(std::string(language)); own != option->labels.end()) return own->second;
  }
  const std::string text = "entities." + entity.key + ".options." + field.key + "." + std::string(key);
  return localizer->has(language, text) ? localizer->text(language, text) : std::string(key);
}

std::string item_text(const entity::EntityDef& entity, const entity::FieldDef& field, const json::value& value,
                      const base::Localizer* localizer, std::string_view language) {
  if (value.is_null()) return {};
  if (value.is_bool()) return value.as_bool() ? "да" : "нет";
  if (value.is_string()) {
    const bool is_choice = field.type->name() == "choice" || field.type->name() == "multi_choice";
    return is_choice ? option_label(entity, field, value.as_string(), localizer, language) : std::string(value.as_string());
  }
  if (const auto* object = value.if_object()) {
    const std::string text = member_text(*object, {"title", "raw", "value", "text", "name", "amount"});
    if (object->contains("currency") && member_text(*object, {"currency"}) != "RUB") return text + " " + member_text(*object, {"currency"});
    return text;
  }
  return json::serialize(value);
}

// Fields that say something in a table and can be written again.
bool is_editable(const entity::FieldDef& field) {
  if (field.system || field.read_only || field.hidden) return false;
  const std::string_view type = field.type->name();
  return type != "file" && type != "image" && type != "json" && type != "formula" && type != "roll_up" && type != "link_any" &&
         type != "auto_number" && type != "many_to_many";
}

std::string path_text(const std::vector<entity::PathStep>& path) {
  std::string text;
  for (const auto& step : path) {
    if (!text.empty()) text += '.';
    text += step.entity->fields[static_cast<std::size_t>(step.field)].key;
  }
  return text;
}

}  // namespace

WrittenCell export_cell(const entity::EntityDef& entity, const entity::FieldDef& field, const json::value& value,
                        const base::Localizer* localizer, std::string_view language) {
  WrittenCell cell;
  if (const auto* items = value.if_array()) {
    const std::string_view type = field.type->name();
    const std::string_view separator = type == "address" ? "\n" : type == "tags" || type == "multi_choice" ? ", " : "; ";
    for (const auto& item : *items) {
      const std::string text = item_text(entity, field, item, localizer, language);
      if (text.empty()) continue;
      if (!cell.text.empty()) cell.text += separator;
      cell.text += text;
    }
    return cell;
  }
  cell.text = item_text(entity, field, value, localizer, language);
  const std::string_view type = field.type->name();
  if (type == "date") cell.type = WrittenType::kDate;
  if (type == "integer" || type == "decimal" || type == "percent" || (type == "money" && cell.text.find(' ') == std::string::npos))
    cell.type = WrittenType::kNumber;
  return cell;
}

RecordExport::RecordExport(entity::Services& services, const base::Localizer& localizer, const entity::EntityDef& entity,
                           entity::RegistryPtr registry, entity::Caller caller, const ExportRequest& request)
    : services_(services),
      localizer_(localizer),
      entity_(entity),
      registry_(std::move(registry)),
      caller_(std::move(caller)),
      request_(request) {
  if (!entity::may(caller_, entity_, entity::Action::kExport)) throw base::Error(base::ErrorCode::kPermissionDenied, "export_not_allowed");
  if (request_.format != "csv" && request_.format != "xlsx" && request_.format != "vcard")
    throw base::Error::field("format", "unknown_option", {{"value", request_.format}, {"valid", "csv, xlsx, vcard"}});
  const bool is_vcard = request_.format == "vcard";
  if (request_.for_editing || is_vcard) {
    json::array fields;
    if (request_.for_editing) fields = {"id", "version"};
    const auto* named = base::json_array(request_.query, "fields");
    if (named != nullptr && !is_vcard) {
      for (const auto& field : *named) fields.push_back(field);
    } else {
      if (is_vcard) fields.emplace_back("uid");
      for (const auto& field : entity_.fields) {
        if (is_editable(field) && entity::may_read_field(caller_, entity_, field)) fields.emplace_back(field.key);
      }
    }
    request_.query["fields"] = std::move(fields);
  }
  const entity::FilterContext context{*registry_, entity_, caller_, services_.clock.now()};
  query_ = entity::parse_query(request_.query, context);
  std::vector<entity::Filter> both;
  both.push_back(std::move(query_.filter));
  both.push_back(entity::access_filter(*registry_, entity_, caller_, entity::Action::kExport));
  query_.filter = entity::Filter::all_of(std::move(both));
  query_.limit = 1000;
  query_.count = entity::CountKind::kNone;
  std::vector<std::string> heads;
  for (const auto& path : query_.fields) {
    const auto* field = path.size() == 1 ? &path[0].entity->fields[static_cast<std::size_t>(path[0].field)] : nullptr;
    columns_.push_back({path_text(path), field});
    const std::string key = "entities." + entity_.key + ".fields." + columns_.back().path;
    const bool has_label = request_.with_labels && field != nullptr && !field->system;
    std::string head = columns_.back().path;
    if (has_label && localizer_.has(caller_.language, key)) head = localizer_.text(caller_.language, key);
    if (has_label) {
      if (const auto own = field->labels.find(caller_.language); own != field->labels.end()) head = own->second;
    }
    heads.push_back(std::move(head));
  }
  if (is_vcard) return;
  writer_ = request_.format == "xlsx" ? make_xlsx_writer(localizer_.text(caller_.language, "entities." + entity_.key + ".many"))
                                      : make_csv_writer();
  writer_->header(heads);
}

void RecordExport::write_record(const json::object& record) {
  ++count_;
  if (writer_ == nullptr) {
    cards_ += write_vcard(record);
    return;
  }
  std::vector<WrittenCell> cells;
  static const json::value kNull;
  for (const auto& column : columns_) {
    const auto* value = record.if_contains(column.path);
    if (value == nullptr) value = &kNull;
    if (column.field != nullptr)
      cells.push_back(export_cell(entity_, *column.field, *value, request_.with_labels ? &localizer_ : nullptr, caller_.language));
    else if (value->is_string())
      cells.push_back({std::string(value->as_string()), WrittenType::kText});
    else
      cells.push_back({value->is_null()     ? ""
                       : value->is_object() ? member_text(value->as_object(), {"title", "raw", "text", "amount", "name"})
                                            : json::serialize(*value),
                       WrittenType::kText});
  }
  writer_->row(cells);
}

void RecordExport::read_page() {
  std::string page;
  services_.database.read({.name = "export_page", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    page.clear();
    base::JsonWriter out(page);
    entity::run_query({connection, *registry_, caller_, services_.clock.now()}, query_, out);
  });
  const json::value parsed = base::parse_json(page, {64, 256u << 20});
  for (const auto& row : parsed.at("items").as_array()) write_record(row.as_object());
  const auto* next = parsed.as_object().if_contains("next");
  if (next == nullptr || !next->is_string())
    is_read_ = true;
  else
    query_.cursor = std::string(next->as_string());
}

bool RecordExport::next(std::string& chunk) {
  if (!is_read_) {
    read_page();
    chunk += writer_ ? writer_->take() : std::exchange(cards_, {});
    if (!is_read_ || !writer_) return true;
  }
  if (!writer_) return false;
  if (!is_finished_) {
    writer_->finish();
    is_finished_ = true;
    chunk += writer_->take();
    return true;
  }
  const std::string rest = writer_->take();
  chunk += rest;
  return !rest.empty();
}

std::string RecordExport::content_type() const {
  if (request_.format == "xlsx") return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return request_.format == "vcard" ? "text/vcard; charset=utf-8" : "text/csv; charset=utf-8";
}

std::string RecordExport::file_name() const {
  return entity_.plural + (request_.format == "xlsx" ? ".xlsx" : request_.format == "vcard" ? ".vcf" : ".csv");
}

}  // namespace connect
