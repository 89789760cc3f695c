#include "server/print/words/name_rules.hpp"

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"
#include "server/print/words/letters.hpp"

namespace print {

namespace {

Sex sex_named(std::string_view name) {
  if (name == "male") return Sex::kMale;
  if (name == "female") return Sex::kFemale;
  return Sex::kUnknown;
}

std::vector<std::u32string> texts(const json::array& list) {
  std::vector<std::u32string> out;
  for (const auto& item : list) out.push_back(to_letters(std::string_view(item.as_string())));
  return out;
}

std::vector<EndingRule> ending_rules(const json::object& owner, std::string_view key) {
  std::vector<EndingRule> out;
  const json::array* list = base::json_array(owner, key);
  if (list == nullptr) return out;
  for (const auto& item : *list) {
    const json::object& object = item.as_object();
    EndingRule rule;
    rule.sex = sex_named(base::json_string(object, "gender"));
    rule.first_word_only = base::json_array(object, "tags") != nullptr;
    rule.tests = texts(*base::json_array(object, "test"));
    const auto changes = texts(*base::json_array(object, "mods"));
    for (std::size_t i = 0; i < rule.changes.size() && i < changes.size(); ++i) rule.changes[i] = changes[i];
    out.push_back(std::move(rule));
  }
  return out;
}

EndingRules rules_of(const json::object& all, std::string_view key) {
  const json::object* object = base::json_object(all, key);
  if (object == nullptr) throw base::Error::internal("names.json has no " + std::string(key));
  return {ending_rules(*object, "exceptions"), ending_rules(*object, "suffixes")};
}

std::vector<SexRules::List> sex_lists(const json::object& owner, std::string_view key) {
  std::vector<SexRules::List> out;
  const json::object* lists = base::json_object(owner, key);
  if (lists == nullptr) return out;
  for (const auto& [name, list] : *lists) out.push_back({sex_named(std::string_view(name)), texts(list.as_array())});
  return out;
}

SexRules sex_rules(const json::object& all, std::string_view key) {
  const json::object* object = base::json_object(all, key);
  if (object == nullptr) throw base::Error::internal("names.json has no sexes of " + std::string(key));
  return {sex_lists(*object, "exceptions"), sex_lists(*object, "suffixes")};
}

NameRules read_rules() {
  const auto text = base::find_resource("generated/names.json");
  if (!text) throw base::Error::internal("the rules of names are not in the program");
  const json::value value = base::parse_json(*text);
  const json::object& cases = *base::json_object(value.as_object(), "cases");
  const json::object& sexes = *base::json_object(value.as_object(), "sexes");
  return {rules_of(cases, "last"),  rules_of(cases, "first"),  rules_of(cases, "middle"),
          sex_rules(sexes, "last"), sex_rules(sexes, "first"), sex_rules(sexes, "middle")};
}

}  // namespace

const NameRules& name_rules() {
  static const NameRules rules = read_rules();
  return rules;
}

}  // namespace print
