#include "server/connect/import/row_maker.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "server/base/json_writer.hpp"
#include "server/base/text/codes.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/connect/import/values/codes.hpp"
#include "server/connect/import/values/contacts.hpp"
#include "server/connect/import/values/names.hpp"
#include "server/connect/import/values/places.hpp"
#include "server/connect/import/values/sums.hpp"
#include "server/connect/import/values/text_repair.hpp"
#include "server/entity/field_type.hpp"

namespace connect {

namespace {

constexpr std::size_t kMaxMarkRaw = 500;

// A mark shows what stood there; the whole of a long cell is with the import's rows.
void mark(std::vector<entity::Mark>& marks, const std::string& field, std::string_view code, std::string_view raw) {
  marks.push_back({field, std::string(code), std::string(base::prefix(raw, kMaxMarkRaw))});
}

bool has_kind(const entity::FieldDef& field, std::string_view kind) {
  return std::find(field.kinds.begin(), field.kinds.end(), kind) != field.kinds.end();
}

Cell replace_cell(const Cell& cell, const ColumnMapping& column) {
  const std::string folded = base::fold(cell.text);
  for (const auto& [from, to] : column.replacements) {
    if (base::fold(from) == folded) return {to.empty() ? CellType::kEmpty : CellType::kText, cell.is_merged, to};
  }
  return cell;
}

std::vector<std::string> lines_of(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text) {
    if (separators.find(c) == std::string_view::npos) {
      part += c;
      continue;
    }
    parts.push_back(part);
    part.clear();
  }
  parts.push_back(part);
  std::erase_if(parts, [](const std::string& each) { return tidy(each).empty(); });
  return parts;
}

// «9,16E+09» in a column of telephones: a number cell that was copied as it was shown.
bool is_scientific(std::string_view text) {
  const auto e = text.find_first_of("Ee");
  if (e == std::string_view::npos || e == 0 || e + 1 >= text.size()) return false;
  return text.substr(0, e).find_first_not_of("0123456789.,") == std::string_view::npos &&
         text.substr(e + 1).find_first_not_of("+0123456789") == std::string_view::npos;
}

}  // namespace

// The cells of one target, in the order of their columns.
struct RowMaker::Cells {
  struct One {
    const Cell* cell;
    const ColumnMapping* column;
    std::string kinds;
  };
  std::vector<One> all;

  // Texts joined, for fields that hold one.
  std::string joined(std::string_view separator) const {
    std::string text;
    for (const auto& one : all) {
      if (one.cell->text.empty()) continue;
      if (!text.empty()) text += separator;
      text += one.cell->text;
    }
    return text;
  }
};

RowMaker::RowMaker(const entity::Registry& registry, const entity::EntityDef& entity, const base::Localizer* localizer,
                   RowMakerOptions options)
    : registry_(registry), entity_(entity), localizer_(localizer), options_(std::move(options)) {}

std::string RowMaker::cells_json(const Row& row) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_array();
  for (const auto& cell : row.cells) out.text(cell.is_merged ? std::string_view() : std::string_view(cell.text));
  out.end_array();
  return text;
}

PreparedRow RowMaker::make(const Row& row, const SheetPlan& plan) const {
  PreparedRow out;
  out.sheet = plan.sheet;
  out.cells = cells_json(row);
  std::map<std::string, Cells> by_target;
  std::map<std::string, json::object> linked;  // field → texts of the linked record's fields
  static const Cell kEmpty;
  std::deque<Cell> replaced;
  for (const auto& column : plan.mapping.columns) {
    if (column.target.empty()) continue;
    const auto index = static_cast<std::size_t>(column.index);
    const Cell& stored = index < row.cells.size() ? row.cells[index] : kEmpty;
    const Cell& cell = column.replacements.empty() ? stored : replaced.emplace_back(replace_cell(stored, column));
    const bool is_blank = cell.is_blank() && !cell.is_merged;
    if (const auto dot = column.target.find('.'); dot != std::string::npos) {
      if (is_blank) continue;
      auto& text = linked[column.target.substr(0, dot)][column.target.substr(dot + 1)];
      text = text.is_string() ? std::string(text.as_string()) + "\n" + cell.text : cell.text;
      continue;
    }
    auto& cells = by_target[column.target];
    if (is_blank) continue;
    std::string kinds;
    for (const auto& [at, text] : row.kinds) {
      if (at == column.index) kinds = text;
    }
    cells.all.push_back({&cell, &column, std::move(kinds)});
  }
  // The city first: it completes local telephone numbers.
  const auto put = [&](const std::string& target) {
    const auto found = by_target.find(target);
    if (found == by_target.end()) return;
    const auto* field = entity_.field(target);
    if (field == nullptr) return;
    if (found->second.all.empty()) {
      out.emptied.push_back(target);
      return;
    }
    put_field(found->second, *field, out);
  };
  put("city");
  put("addresses");
  for (const auto& [target, cells] : by_target) {
    if (target != "city" && target != "addresses") put(target);
  }
  for (const auto& [field, texts] : linked) put_linked(field, texts, out);
  if (out.id != 0) {
    for (const auto& [target, cells] : by_target) out.texts[target] = cells.joined("\n");
  }
  put_names(out);
  put_fallback_name(out);
  add_keys(out);
  return out;
}

void RowMaker::put_field(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const std::string_view type = field.type->name();
  if (field.key == "id" || field.key == "version") {
    std::int64_t& value = field.key == "id" ? out.id : out.version;
    const std::string text = tidy(cells.joined(""));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) value = 0;
    return;
  }
  if (field.key == "uid") {
    out.uid = tidy(cells.joined(""));
    return;
  }
  if (!field.format.empty()) return put_code(cells, field, out);
  if (type == "phone") return put_phones(cells, field, out);
  if (type == "email") return put_emails(cells, field, out);
  if (type == "address") return put_addresses(cells, field, out);
  if (type == "date" || type == "instant") return put_date(cells, field, out);
  if (type == "money" || type == "decimal" || type == "percent" || type == "integer") return put_number(cells, field, out);
  if (type == "choice" || type == "multi_choice") return put_choice(cells, field, out);
  if (type == "bool") return put_bool(cells, field, out);
  if (type == "tags" || type == "url" || type == "messenger") return put_list(cells, field, out);
  if (type == "user" || type == "link" || type == "many_to_many") {
    json::object texts{{type == "user" ? "text" : "name", cells.joined(" ")}};
    return put_linked(field.key, texts, out);
  }
  put_text(cells, field, out);
}

void RowMaker::put_code(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const std::string raw = cells.joined(" ");
  const std::string text = tidy(raw);
  if (says_nothing(text)) return;
  const auto kind = base::find_code_kind(field.format);
  if (!kind) {
    out.values[field.key] = text;
    return;
  }
  const ReadCode code = read_code(*kind, text);
  if (code.is_lost) {
    mark(out.marks, field.key, "digits_lost", raw);
    return;
  }
  out.values[field.key] = code.value;
  if (code.is_zero_restored) mark(out.marks, field.key, "zero_restored", raw);
  if (code.has_more) mark(out.marks, field.key, "more_text", raw);
  if (field.format == "inn" && code.is_right) out.valid_inn = code.value;
  // «7701234567 / 770101001»: the КПП stands in the same cell.
  if (!code.kpp.empty() && !out.values.contains("kpp") && entity_.field("kpp") != nullptr) out.values["kpp"] = code.kpp;
}

namespace {

// «(Иванов Иван)», «до 18 ч.»: what stands beside the numbers and has no field.
bool is_scrap(const base::PhoneEntry& entry, const std::vector<base::PhoneEntry>& all) {
  if (!entry.number.e164.empty() || base::digits(entry.raw).size() > 4) return false;
  return std::any_of(all.begin(), all.end(), [](const base::PhoneEntry& other) { return other.number.valid; });
}

bool has_more_than_numbers(const std::vector<base::PhoneEntry>& entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const base::PhoneEntry& entry) { return base::length(tidy(entry.note)) > 1 || is_scrap(entry, entries); });
}

// What a word beside the number says, else what its line of the cell or its column says; empty when the field has no such kind.
std::string phone_kind(const entity::FieldDef& field, const base::PhoneEntry& entry, const ColumnMapping& column, const std::string& line) {
  std::string kind = column.kind;
  if (!entry.kind.empty() && has_kind(field, entry.kind)) kind = entry.kind;
  if (has_kind(field, line)) kind = line;
  if (kind.empty() && entry.number.type == "mobile") kind = "mobile";
  return has_kind(field, kind) ? kind : std::string();
}

}  // namespace

void RowMaker::put_phones(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const auto* city_text = out.values.if_contains("city");
  const City* city = city_text != nullptr && city_text->is_string() ? find_city(std::string_view(city_text->as_string())) : nullptr;
  json::array items;
  std::set<std::string> seen;
  for (const auto& one : cells.all) {
    const auto line_kinds = lines_of(one.kinds, "\n");
    std::size_t line = 0;
    if (is_scientific(tidy(one.cell->text))) {
      mark(out.marks, field.key, "digits_lost", one.cell->text);
      continue;
    }
    const auto entries =
        read_phones(one.cell->text, options_.region, city == nullptr ? std::string_view() : std::string_view(city->phone_code));
    if (entries.empty() && !says_nothing(one.cell->text)) mark(out.marks, field.key, "no_number", one.cell->text);
    if (has_more_than_numbers(entries)) mark(out.marks, field.key, "more_text", one.cell->text);
    for (const auto& entry : entries) {
      if (is_scrap(entry, entries)) continue;
      const auto& number = entry.number;
      if (!number.e164.empty() && !seen.insert(number.e164 + "#" + number.ext).second) continue;
      const auto again = base::parse_phone(entry.raw, options_.region);
      if (number.e164.empty() && again && again->valid) {
        // Written so it would be a number, but not the one that was meant.
        mark(out.marks, field.key, "no_number", entry.raw);
        continue;
      }
      const bool is_same = number.e164.empty() || (again && again->e164 == number.e164 && again->ext == number.ext);
      if (!is_same) mark(out.marks, field.key, "number_completed", entry.raw);
      json::object item{
          {"raw", is_same ? tidy(entry.raw) : base::international_format(number) + (number.ext.empty() ? "" : " доб. " + number.ext)}};
      const std::string kind = phone_kind(field, entry, *one.column, line < line_kinds.size() ? line_kinds[line] : std::string());
      if (!kind.empty()) item["kind"] = kind;
      items.push_back(std::move(item));
      ++line;
      if (!number.e164.empty()) out.keys.push_back("phone:" + number.e164);
    }
  }
  if (!items.empty()) out.values[field.key] = std::move(items);
}

namespace {

// «ivan petrov@mail.ru»: the address was made of what a blank divides, and the part in front may have been a word.
bool is_pieced_together(const base::EmailAddress& address, std::string_view cell) {
  const auto at = address.value.find('@');
  const std::string local = address.value.substr(0, at);
  return base::to_lower(cell).find(local) == std::string::npos && !address.has_lookalikes;
}

}  // namespace

void RowMaker::put_emails(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  json::array items;
  std::set<std::string> seen;
  for (const auto& one : cells.all) {
    if (says_nothing(one.cell->text)) continue;
    const auto addresses = read_emails(one.cell->text);
    if (addresses.empty()) mark(out.marks, field.key, "email", one.cell->text);
    for (const auto& address : addresses) {
      if (says_nothing(address.raw)) continue;
      const bool is_beside = !address.valid && address.raw.find('@') == std::string::npos &&
                             std::any_of(addresses.begin(), addresses.end(), [](const auto& other) { return other.valid; });
      if (is_beside || (address.valid && !address.name.empty())) mark(out.marks, field.key, "more_text", one.cell->text);
      if (is_beside) continue;
      if (address.valid && is_pieced_together(address, one.cell->text)) mark(out.marks, field.key, "letters_mended", address.raw);
      if (!seen.insert(address.valid ? address.value : address.raw).second) continue;
      const auto again = base::normalize_email(address.raw);
      json::object item{{"raw", address.valid && (!again.valid || again.value != address.value) ? address.value : address.raw}};
      if (!one.column->kind.empty() && has_kind(field, one.column->kind)) item["kind"] = one.column->kind;
      items.push_back(std::move(item));
      if (address.valid) out.keys.push_back("email:" + address.value);
    }
  }
  if (!items.empty()) out.values[field.key] = std::move(items);
}

void RowMaker::put_addresses(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  json::array items;
  for (const auto& one : cells.all) {
    const std::string text = tidy(one.cell->text);
    if (says_nothing(text)) continue;
    const auto parts = split_address(text);
    json::object item{{"text", text}};
    const auto put = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) item[name] = value;
    };
    put("postal_code", parts.postal_code);
    put("country", parts.country);
    put("region", parts.region);
    put("city", parts.city);
    put("street", parts.street_line());
    if (!one.column->kind.empty() && has_kind(field, one.column->kind)) item["kind"] = one.column->kind;
    items.push_back(std::move(item));
    if (!parts.city.empty() && entity_.field("city") != nullptr && !out.values.contains("city")) out.values["city"] = parts.city;
  }
  if (!items.empty()) out.values[field.key] = std::move(items);
}

void RowMaker::put_date(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const Cells::One& one = cells.all.front();
  const std::string text = tidy(one.cell->text);
  if (says_nothing(text)) return;
  const auto date = read_date(text, options_.today, one.column->date_order);
  if (!date) {
    mark(out.marks, field.key, "bad_date", one.cell->text);
    return;
  }
  if (date->precision == DatePrecision::kMonth) mark(out.marks, field.key, "month_only", one.cell->text);
  if (date->precision == DatePrecision::kYear) mark(out.marks, field.key, "year_only", one.cell->text);
  if (field.type->name() == "date") {
    out.values[field.key] = base::to_string(date->date);
    return;
  }
  const auto zone = base::TimeZone::find(options_.time_zone).value_or(base::TimeZone::utc());
  out.values[field.key] = base::to_string(zone.at(date->date, std::chrono::seconds(date->seconds.value_or(0))));
}

void RowMaker::put_number(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const Cell& cell = *cells.all.front().cell;
  const bool is_money = field.type->name() == "money";
  const int scale = field.type->name() == "integer" ? 0 : field.scale;
  std::string text = tidy(cell.text);
  if (field.type->name() == "percent" && text.ends_with('%')) text.pop_back();
  auto sum = read_sum(text, scale);
  // A number cell has one meaning: its point is no thousands separator.
  if (cell.type == CellType::kNumber && sum && sum->is_ambiguous) sum = read_sum(text + "0", scale);
  if (!sum || (!is_money && !sum->currency.empty())) {
    if (!says_nothing(text)) mark(out.marks, field.key, "not_a_number", cell.text);
    return;
  }
  if (sum->is_ambiguous) mark(out.marks, field.key, "ambiguous_number", cell.text);
  if (sum->is_rounded) mark(out.marks, field.key, "rounded", cell.text);
  if (is_money && !sum->currency.empty()) {
    out.values[field.key] = json::object{{"amount", sum->amount}, {"currency", sum->currency}};
  } else if (field.type->name() == "integer" && sum->amount.size() < 16) {
    out.values[field.key] = std::stoll(sum->amount);
  } else {
    out.values[field.key] = sum->amount;
  }
}

std::string RowMaker::option_of(const entity::FieldDef& field, const std::string& text) const {
  const std::string folded = header_key(text);
  for (const auto& option : field.options) {
    if (header_key(option.key) == folded) return option.key;
    for (const auto& [language, label] : option.labels) {
      if (header_key(label) == folded) return option.key;
    }
    if (localizer_ == nullptr) continue;
    for (const auto& language : base::Localizer::languages()) {
      const std::string key = "entities." + entity_.key + ".options." + field.key + "." + option.key;
      if (localizer_->has(language, key) && header_key(localizer_->text(language, key)) == folded) return option.key;
    }
  }
  return {};
}

void RowMaker::put_choice(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const std::string raw = cells.joined(", ");
  if (says_nothing(raw)) return;
  if (field.type->name() == "choice") {
    const std::string key = option_of(field, tidy(raw));
    if (key.empty())
      mark(out.marks, field.key, "unknown_option", raw);
    else
      out.values[field.key] = key;
    return;
  }
  json::array keys;
  for (const auto& part : lines_of(raw, ",;\n|/")) {
    const std::string key = option_of(field, tidy(part));
    if (key.empty())
      mark(out.marks, field.key, "unknown_option", tidy(part));
    else if (std::find(keys.begin(), keys.end(), json::value(key)) == keys.end())
      keys.emplace_back(key);
  }
  if (!keys.empty()) out.values[field.key] = std::move(keys);
}

void RowMaker::put_bool(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  static const std::set<std::string> kYes = {"да", "yes", "true", "1", "+", "x", "х", "v", "y", "есть", "д", "истина", "вкл", "on"};
  static const std::set<std::string> kNo = {"нет", "no", "false", "0", "-", "n", "н", "ложь", "выкл", "off"};
  const std::string text = base::fold(cells.joined(" "));
  if (kYes.contains(text))
    out.values[field.key] = true;
  else if (kNo.contains(text))
    out.values[field.key] = false;
  else
    mark(out.marks, field.key, "unknown_option", cells.joined(" "));
}

void RowMaker::put_list(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  const bool is_tags = field.type->name() == "tags";
  json::array items;
  std::set<std::string> seen;
  for (const auto& one : cells.all) {
    for (const auto& part : lines_of(one.cell->text, is_tags ? ",;\n" : ",; \n")) {
      const std::string text = tidy(part);
      if (says_nothing(text) || !seen.insert(base::fold(text)).second) continue;
      items.emplace_back(text);
    }
  }
  if (items.empty()) return;
  if (field.type->is_multi_value(field))
    out.values[field.key] = std::move(items);
  else
    out.values[field.key] = items.front();
}

void RowMaker::put_text(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const {
  if (field.type->name() == "long_text" || field.type->name() == "rich_text") {
    out.values[field.key] = unix_lines(cells.joined("\n"));
    return;
  }
  const std::string raw = cells.joined(" ");
  const std::string text = tidy(raw);
  if (says_nothing(text) && text != "0") return;
  if (field.key == "city") {
    out.values[field.key] = city_name(text);
  } else if (field.key == "position") {
    out.values[field.key] = full_position(text);
  } else {
    out.values[field.key] = text;
  }
}

void RowMaker::put_person(const std::string& text, json::object& values, std::vector<entity::Mark>& marks,
                          const entity::EntityDef& entity) const {
  const bool is_firm_here = is_organisation(text), is_list = persons_in(text).size() > 1;
  const auto person = split_person(text);
  if (is_firm_here || is_list || person.empty()) {
    values["name"] = tidy(text);
    if (is_firm_here || is_list) mark(marks, "name", is_firm_here ? "organisation" : "several_persons", text);
    return;
  }
  values["name"] = person.full();
  if (!person.last.empty()) values["last_name"] = person.last;
  if (!person.first.empty()) values["first_name"] = person.first;
  if (!person.middle.empty()) values["middle_name"] = person.middle;
  if (!person.position.empty() && !values.contains("position") && entity.field("position") != nullptr)
    values["position"] = full_position(person.position);
  if (person.is_mended) mark(marks, "name", "letters_mended", text);
  if (leaves_words_out(text, person)) mark(marks, "name", "more_text", text);
}

namespace {

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_person(const entity::EntityDef& entity) { return entity.field("last_name") != nullptr && entity.field("first_name") != nullptr; }
bool is_firm(const entity::EntityDef& entity) { return entity.field("legal_form") != nullptr; }

}  // namespace

// Names of firms lose their form to its own field, names of persons are cut into parts.
void RowMaker::put_names(PreparedRow& out) const {
  const std::string name = text_of(out.values, "name");
  if (is_firm(entity_) && !name.empty()) {
    auto legal = split_legal_name(name);
    if (legal.form.empty() && out.valid_inn.size() == 12) legal.form = "ИП";
    out.values["name"] = legal.name;
    if (!legal.form.empty() && !out.values.contains("legal_form")) out.values["legal_form"] = legal.form;
    if (legal.name != name && !out.values.contains("legal_name") && entity_.field("legal_name") != nullptr) out.values["legal_name"] = name;
    if (legal.is_mended) mark(out.marks, "name", "letters_mended", name);
    return;
  }
  if (!is_person(entity_)) return;
  const std::string last = text_of(out.values, "last_name"), first = text_of(out.values, "first_name"),
                    middle = text_of(out.values, "middle_name");
  if (last.empty() && first.empty() && name.empty()) return;
  if (!last.empty() && !first.empty()) {
    PersonName person{title_case(last), title_case(first), title_case(middle), {}, false};
    if (!name.empty() && middle.empty()) {
      const auto whole = split_person(name);
      if (base::fold(whole.last) == base::fold(last) && base::fold(whole.first) == base::fold(first)) person.middle = whole.middle;
    }
    if (!name.empty() && leaves_words_out(name, person)) mark(out.marks, "name", "more_text", name);
    out.values["last_name"] = person.last;
    out.values["first_name"] = person.first;
    if (!person.middle.empty()) out.values["middle_name"] = person.middle;
    out.values["name"] = person.full();
    return;
  }
  // Everything stands in one cell, whichever it is.
  std::string all = name;
  if (const std::string parts = tidy(last + " " + first + " " + middle); words_in(parts).size() >= words_in(all).size()) all = parts;
  for (const auto* key : {"last_name", "first_name", "middle_name"}) out.values.erase(key);
  put_person(all, out.values, out.marks, entity_);
}

void RowMaker::put_linked(const std::string& field_key, const json::object& texts, PreparedRow& out) const {
  const auto* field = entity_.field(field_key);
  if (field == nullptr) return;
  if (field->type->name() == "user") {
    const std::string text = tidy(text_of(texts, "text") + text_of(texts, "name"));
    if (!says_nothing(text)) out.links.push_back({field_key, "user", text, {}});
    return;
  }
  const auto* target = field->to.empty() ? nullptr : registry_.find(field->to.front());
  if (target == nullptr) return;
  // Columns of the linked record are read like those of a table of its own.
  const RowMaker other(registry_, *target, localizer_, options_);
  std::vector<std::string> names = {text_of(texts, "name")};
  if (field->type->name() == "many_to_many") {
    std::vector<std::string> lines = lines_of(names.front(), ";\n");
    names.clear();
    for (const auto& line : lines) {
      const auto persons = is_person(*target) ? persons_in(line) : std::vector<std::string>{line};
      names.insert(names.end(), persons.begin(), persons.end());
    }
  }
  if (names.empty()) names.emplace_back();
  for (std::size_t i = 0; i < names.size(); ++i) {
    Row row;
    SheetPlan plan;
    for (const auto& [key, value] : texts) {
      const std::string text = key == "name" ? names[i] : std::string(value.as_string());
      if (tidy(text).empty() || (i > 0 && key != "name")) continue;
      plan.mapping.columns.push_back(
          {std::string(key), static_cast<int>(row.cells.size()), std::string(key), {}, DateOrder::kDayFirst, {}});
      row.cells.push_back({CellType::kText, false, text});
    }
    auto made = other.make(row, plan);
    if (made.values.empty() || says_nothing(text_of(made.values, "name"))) continue;
    if (field->type->name() == "many_to_many")
      out.related.push_back({field_key, target->key, std::move(made.values), std::move(made.marks)});
    else
      out.links.push_back({field_key, target->key, tidy(names[i]), std::move(made.values)});
  }
}

// A row without a name is still a client: it is called by what is known of it.
void RowMaker::put_fallback_name(PreparedRow& out) const {
  const auto* field = entity_.field("name");
  if (field == nullptr || !text_of(out.values, "name").empty() || out.id != 0) return;
  std::string name;
  for (const auto* key : {"person_name", "company_name", "legal_name"}) {
    if (name.empty()) name = text_of(out.values, key);
  }
  if (name.empty() && !out.related.empty()) name = text_of(out.related.front().values, "name");
  if (name.empty()) {
    for (const auto& link : out.links) {
      if (name.empty() && link.entity != "user") name = link.text;
    }
  }
  for (const auto* key : {"phones", "emails"}) {
    const auto* items = name.empty() ? out.values.if_contains(key) : nullptr;
    if (items != nullptr && items->is_array()) name = text_of(items->as_array().front().as_object(), "raw");
  }
  if (name.empty()) name = text_of(out.values, "inn");
  if (name.empty()) return;
  out.values["name"] = std::string(base::prefix(name, 200));
  // A lead is named after its person as a matter of course.
  if (entity_.field("person_name") == nullptr) mark(out.marks, "name", "name_missing", "");
}

void RowMaker::add_keys(PreparedRow& out) const {
  if (!out.valid_inn.empty()) out.keys.push_back("inn:" + out.valid_inn);
}

}  // namespace connect
