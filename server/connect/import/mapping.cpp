#include "server/connect/import/mapping.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"
#include "server/base/text/codes.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/import/values/contacts.hpp"
#include "server/connect/import/values/text_repair.hpp"
#include "server/entity/field_type.hpp"

namespace connect {

namespace {

const json::object& header_data() {
  static const json::value data = base::parse_json(base::find_resource("server/connect/import/data/headers.json").value_or("{}"));
  return data.as_object();
}

const std::vector<json::value>& ready_mappings() {
  static const std::vector<json::value> all = [] {
    std::vector<json::value> result;
    for (const auto& resource : base::resources_below("server/connect/import/data/mappings/")) {
      const auto file = base::parse_json(resource.content);
      for (const auto& mapping : file.as_array()) result.push_back(mapping);
    }
    return result;
  }();
  return all;
}

constexpr std::size_t kMaxReplacements = 500;

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ' ');
}

// Columns whose values a person should have: share of samples that pass.
template <typename Test>
double share(const std::vector<std::string>& values, const Test& test) {
  if (values.empty()) return 0;
  return static_cast<double>(std::count_if(values.begin(), values.end(), test)) / static_cast<double>(values.size());
}

bool looks_like_inn(const std::string& value) {
  const std::string digits = base::digits(value);
  return (digits.size() == 10 || digits.size() == 12) && digits.size() + 3 >= value.size() &&
         base::check_code(base::CodeKind::kInn, digits).valid();
}
bool looks_like_phone(const std::string& value) {
  const auto digits = base::digits(value).size();
  if (digits < 10 || value.find('@') != std::string::npos || value.size() > 60 + digits) return false;
  const auto numbers = read_phones(value, "RU", "");
  return !numbers.empty() && numbers.front().number.valid;
}

}  // namespace

std::string header_key(std::string_view header) {
  std::string key;
  for (const auto& word : words_in(header)) {
    if (!key.empty()) key += ' ';
    key += word.text;
  }
  if (key.empty()) key = tidy(header);
  return key;
}

json::array Mapping::to_json() const {
  json::array out;
  for (const auto& column : columns) {
    json::object object{{"column", column.column}, {"index", column.index}, {"target", column.target}};
    if (!column.kind.empty()) object["kind"] = column.kind;
    if (column.date_order == DateOrder::kMonthFirst) object["date_order"] = "mdy";
    if (!column.replacements.empty()) {
      json::object values;
      for (const auto& [from, to] : column.replacements) values[from] = to;
      object["values"] = std::move(values);
    }
    out.push_back(std::move(object));
  }
  return out;
}

std::vector<ColumnMapping> Mapping::from_json(const json::array& columns) {
  std::vector<ColumnMapping> out;
  for (const auto& value : columns) {
    const auto* object = value.if_object();
    if (object == nullptr) throw base::Error::field("mapping", "wrong_type", {{"expected", "object"}});
    ColumnMapping column;
    column.column = base::json_string(*object, "column");
    column.index = static_cast<int>(base::json_int(*object, "index", static_cast<std::int64_t>(out.size())));
    column.target = base::json_string(*object, "target");
    column.kind = base::json_string(*object, "kind");
    if (base::json_string(*object, "date_order") == "mdy") column.date_order = DateOrder::kMonthFirst;
    if (const auto* values = base::json_object(*object, "values")) {
      for (const auto& [from, to] : *values) {
        if (!to.is_string() || values->size() > kMaxReplacements)
          throw base::Error::field("mapping", "wrong_type", {{"expected", "object"}});
        column.replacements.emplace_back(from, to.as_string());
      }
    }
    if (column.index < 0 || column.index >= 16'384) throw base::Error::field("mapping", "out_of_range");
    out.push_back(std::move(column));
  }
  return out;
}

HeaderWords::HeaderWords(const entity::Registry& registry, const entity::EntityDef& entity, const base::Localizer* localizer)
    : registry_(registry), entity_(entity) {
  for (const std::string_view group : {std::string_view(entity.key), std::string_view("*")}) {
    const auto* words = header_data().if_contains(group);
    if (words == nullptr) continue;
    for (const auto& [target, names] : words->as_object()) {
      if (!is_target(target)) continue;
      for (const auto& name : names.as_array()) words_.emplace_back(header_key(name.as_string()), std::string(target));
    }
  }
  for (const auto& name : header_data().at("ignored").as_array()) words_.emplace_back(header_key(name.as_string()), "");
  // Labels and keys of the fields, custom ones included; shipped words come first.
  for (const auto& field : entity.fields) {
    if (field.read_only || field.hidden || !is_target(field.key)) continue;
    words_.emplace_back(header_key(field.key), field.key);
    for (const auto& [language, label] : field.labels) words_.emplace_back(header_key(label), field.key);
    if (localizer == nullptr || field.system) continue;
    const std::string key = "entities." + entity.key + ".fields." + field.key;
    for (const auto& language : base::Localizer::languages()) {
      if (localizer->has(language, key)) words_.emplace_back(header_key(localizer->text(language, key)), field.key);
    }
  }
}

bool HeaderWords::is_target(std::string_view target) const {
  const auto dot = target.find('.');
  const auto* field = entity_.field(target.substr(0, dot));
  if (field == nullptr) return false;
  if (field->system)
    return dot == std::string_view::npos &&
           (field->key == "id" || field->key == "uid" || field->key == "version" || field->key == "created_at");
  if (dot == std::string_view::npos) return true;
  for (const auto& to : field->to) {
    const auto* other = registry_.find(to);
    if (other != nullptr && other->field(target.substr(dot + 1)) != nullptr) return true;
  }
  return false;
}

std::optional<std::string> HeaderWords::target_of(std::string_view header) const {
  const std::string key = header_key(header);
  if (key.empty()) return std::nullopt;
  for (const auto& [word, target] : words_) {
    if (word == key) return target;
  }
  return std::nullopt;
}

bool HeaderWords::is_total(std::string_view text) const {
  if (text.size() > 120) return false;
  const std::string key = header_key(text);
  static const std::set<std::string> kWords = [] {
    std::set<std::string> words;
    for (const auto& word : header_data().at("total_words").as_array()) words.emplace(word.as_string());
    return words;
  }();
  for (const auto& total : header_data().at("totals").as_array()) {
    const std::string_view word(total.as_string());
    if (!starts_with_word(key, word)) continue;
    // «Всего клиентов: 560» is a total, «Всего хорошего» is a shop.
    const auto rest = words_in(std::string_view(key).substr(word.size()));
    if (std::all_of(rest.begin(), rest.end(),
                    [](const Word& each) { return kWords.contains(each.text) || base::digits(each.text) == each.text; }))
      return true;
  }
  return false;
}

bool HeaderWords::is_subtotal(std::string_view text) const {
  if (text.size() > 200) return false;
  const std::string key = header_key(text);
  const auto& words = header_data().at("subtotals").as_array();
  return std::any_of(words.begin(), words.end(), [&](const json::value& word) { return starts_with_word(key, word.as_string()); });
}

bool HeaderWords::is_group_heading(std::string_view text) const {
  const std::string tidied = tidy(text);
  if (tidied.ends_with(':')) return true;
  const auto colon = tidied.find(':');
  if (colon == std::string::npos) return false;
  const std::string key = header_key(std::string_view(tidied).substr(0, colon));
  const auto& words = header_data().at("group_words").as_array();
  return std::any_of(words.begin(), words.end(), [&](const json::value& word) { return key == std::string_view(word.as_string()); });
}

// 100: the very words. Less: the header begins or ends with them («Телефон рабочий», «Клиент: телефон»), longer words first.
HeaderWords::Guess HeaderWords::guess_by_header(const std::string& key) const {
  Guess best;
  for (const auto& [word, target] : words_) {
    int score = 0;
    if (word == key)
      score = 100;
    else if (word.size() >= 6 && starts_with_word(key, word))
      score = 50 + static_cast<int>(std::min<std::size_t>(word.size(), 40));
    else if (word.size() >= 6 && key.ends_with(" " + word))
      score = 40 + static_cast<int>(std::min<std::size_t>(word.size(), 40));
    if (target.empty() && score < 100) continue;
    if (score > best.score) best = {target, score};
  }
  return best;
}

bool HeaderWords::fits_values(const Guess& guess, const ColumnSample& column) const {
  if (guess.target != "phones" || column.values.empty()) return true;
  // Extensions, counts and short codes are no numbers; under a heading that only resembles the word there must be telephones.
  const auto has_digits = [](std::size_t least, std::size_t most) {
    return [least, most](const std::string& value) {
      const auto digits = base::digits(value).size();
      return digits >= least && digits <= most;
    };
  };
  if (column.values.size() > 2 && share(column.values, has_digits(5, 1000)) == 0) return false;
  return guess.score == 100 || share(column.values, looks_like_phone) > 0 || share(column.values, has_digits(5, 7)) > 0.5;
}

int HeaderWords::guess_names(const std::vector<ColumnSample>& columns, const Mapping& mapping) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& values = columns[i].values;
    if (!mapping.columns[i].target.empty() || values.size() < 2) continue;
    const double names = share(values, [](const std::string& value) {
      return value.find('@') == std::string::npos && base::digits(value).size() * 2 < value.size() && base::length(value) > 2 &&
             !words_in(value).empty();
    });
    const std::set<std::string> distinct(values.begin(), values.end());
    if (names > 0.7 && distinct.size() * 2 > values.size()) return static_cast<int>(i);
  }
  return -1;
}

std::string HeaderWords::guess_by_values(const ColumnSample& column) const {
  if (column.values.size() < 2) return {};
  if (is_target("emails") && share(column.values, [](const std::string& value) {
                               return value.find('@') != std::string::npos && value.find('.') != std::string::npos;
                             }) > 0.7)
    return "emails";
  if (is_target("inn") && share(column.values, looks_like_inn) > 0.7) return "inn";
  if (is_target("phones") && share(column.values, looks_like_phone) > 0.7) return "phones";
  return {};
}

bool HeaderWords::holds_several(std::string_view target) const {
  const auto dot = target.find('.');
  const auto* field = entity_.field(target.substr(0, dot));
  if (field == nullptr) return false;
  if (dot != std::string_view::npos) {
    for (const auto& to : field->to) {
      const auto* other = registry_.find(to);
      const auto* inner = other == nullptr ? nullptr : other->field(target.substr(dot + 1));
      if (inner != nullptr) return inner->type->is_multi_value(*inner);
    }
    return false;
  }
  return field->type->is_multi_value(*field) || field->type->name() == "long_text";
}

std::string HeaderWords::kind_of(std::string_view target, const std::string& key) const {
  const auto* field = entity_.field(target);
  if (field == nullptr || field->kinds.empty()) return {};
  const std::string_view group = field->type->name() == "phone"     ? "phone_kinds"
                                 : field->type->name() == "email"   ? "email_kinds"
                                 : field->type->name() == "address" ? "address_kinds"
                                                                    : "";
  if (group.empty()) return {};
  for (const auto& [start, kind] : header_data().at(group).as_object()) {
    for (const auto& word : words_in(key)) {
      const std::string found(kind.as_string());
      if (word.text.starts_with(std::string_view(start)) &&
          std::find(field->kinds.begin(), field->kinds.end(), found) != field->kinds.end())
        return found;
    }
  }
  return {};
}

Mapping HeaderWords::map(const std::vector<ColumnSample>& columns) const {
  Mapping mapping;
  std::vector<Guess> guesses;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string key = header_key(columns[i].header);
    guesses.push_back(key.empty() ? Guess{} : guess_by_header(key));
    if (!fits_values(guesses.back(), columns[i])) guesses.back() = {};
    mapping.columns.push_back({columns[i].header, static_cast<int>(i), {}, {}, DateOrder::kDayFirst});
  }
  std::set<std::string> taken;
  // The best guess for a target first, so that «Телефон» wins over «Телефон (примечание)».
  std::vector<std::size_t> order(columns.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return guesses[a].score > guesses[b].score; });
  const auto give = [&](std::size_t i, const std::string& target) {
    if (target.empty() || (taken.contains(target) && !holds_several(target))) return;
    taken.insert(target);
    mapping.columns[i].target = target;
    mapping.columns[i].kind = kind_of(target, header_key(columns[i].header));
  };
  for (const std::size_t i : order) {
    if (guesses[i].score > 0) give(i, guesses[i].target);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_known = guesses[i].score == 100 && guesses[i].target.empty();
    if (mapping.columns[i].target.empty() && !is_known && (guesses[i].score == 0 || columns[i].header.empty()))
      give(i, guess_by_values(columns[i]));
  }
  const bool has_headings =
      std::any_of(columns.begin(), columns.end(), [](const ColumnSample& column) { return !header_key(column.header).empty(); });
  if (!has_headings && !taken.empty() && is_target("name") && !taken.contains("name")) {
    if (const int names = guess_names(columns, mapping); names >= 0) give(static_cast<std::size_t>(names), "name");
  }
  // Only a table that was exported here has numbers of our records, and it has their versions beside them; anybody's «ID» is not ours.
  if (!taken.contains("id") || !taken.contains("version")) {
    for (auto& column : mapping.columns) {
      if (column.target == "id" || column.target == "version" || column.target == "uid") column.target.clear();
    }
  }
  return mapping;
}

std::optional<Mapping> ready_mapping(std::string_view name, std::string_view entity, const std::vector<std::string>& headers) {
  for (const auto& ready : ready_mappings()) {
    const auto& object = ready.as_object();
    if (base::json_string(object, "name") != name || base::json_string(object, "entity") != entity) continue;
    std::map<std::string, std::string> targets;
    for (const auto& [header, target] : object.at("columns").as_object())
      targets.emplace(header_key(header), std::string(target.as_string()));
    Mapping mapping;
    mapping.name = name;
    for (std::size_t i = 0; i < headers.size(); ++i) {
      const auto found = targets.find(header_key(headers[i]));
      mapping.columns.push_back(
          {headers[i], static_cast<int>(i), found == targets.end() ? std::string("?") : found->second, {}, DateOrder::kDayFirst});
    }
    return mapping;
  }
  return std::nullopt;
}

std::vector<std::string> ready_mapping_names(std::string_view entity) {
  std::set<std::string> names;
  for (const auto& ready : ready_mappings()) {
    if (base::json_string(ready.as_object(), "entity") == entity) names.insert(base::json_string(ready.as_object(), "name"));
  }
  return {names.begin(), names.end()};
}

std::string header_fingerprint(const std::vector<std::string>& headers) {
  std::string text;
  for (const auto& header : headers) text += header_key(header) + "\n";
  return hash_of([&text](std::int64_t offset, std::size_t max_bytes) {
    const auto at = std::min(static_cast<std::size_t>(offset), text.size());
    return text.substr(at, max_bytes);
  });
}

}  // namespace connect
