#include "server/base/localizer.hpp"

#include "server/base/json.hpp"

namespace base {

namespace {

using Texts = std::unordered_map<std::string, std::string>;

void flatten(const json::object& object, const std::string& prefix, Texts& texts) {
  for (const auto& member : object) {
    std::string key = prefix;
    if (!key.empty()) key += '.';
    key.append(member.key().data(), member.key().size());
    if (const json::object* inner = member.value().if_object()) {
      flatten(*inner, key, texts);
      continue;
    }
    const json::string* text = member.value().if_string();
    if (!text) throw Error::internal("locale key " + key + " is neither a text nor an object");
    std::string value(text->data(), text->size());
    const auto [place, is_new] = texts.try_emplace(key, value);
    if (!is_new && place->second != value) throw Error::internal("locale key " + key + " has two texts");
  }
}

// {name} is replaced by the argument of that name; an unknown name stays as it stands.
std::string fill(const std::string& text, const MessageArgs& args) {
  if (args.empty() || text.find('{') == std::string::npos) return text;
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = text.find('{', at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at);
    const std::string_view name(text.data() + open + 1, close - open - 1);
    const std::string* value = nullptr;
    for (const auto& arg : args) {
      if (arg.first == name) value = &arg.second;
    }
    if (value) {
      out += *value;
    } else {
      out.append(text, open, close - open + 1);
    }
    at = close + 1;
  }
  out.append(text, at);
  return out;
}

}  // namespace

void Localizer::add(std::string_view language, std::string_view text) {
  const json::value parsed = parse_json(text);
  const json::object* object = parsed.if_object();
  if (!object) throw Error::internal("a locale file must hold an object");
  flatten(*object, "", texts_[std::string(language)]);
}

const Texts& Localizer::all(std::string_view language) const {
  static const Texts kNone;
  const auto found = texts_.find(std::string(language));
  return found == texts_.end() ? kNone : found->second;
}

bool Localizer::has(std::string_view language, std::string_view key) const {
  return all(language).count(std::string(key)) > 0;
}

std::string Localizer::text(std::string_view language, std::string_view key, const MessageArgs& args) const {
  const std::string name(key);
  for (const std::string_view candidate : {language, std::string_view("en")}) {
    const Texts& texts = all(candidate);
    const auto found = texts.find(name);
    if (found != texts.end()) return fill(found->second, args);
  }
  return name;
}

std::string Localizer::error_text(std::string_view language, const Error& error) const {
  const std::string key = "error." + error.key();
  if (has(language, key) || has("en", key)) return text(language, key, error.args());
  return text(language, "error." + std::string(error_code_name(error.code())), error.args());
}

std::string Localizer::field_error_text(std::string_view language, const FieldError& error) const {
  return text(language, "error.field." + error.code, error.args);
}

const std::vector<std::string>& Localizer::languages() {
  static const std::vector<std::string> kLanguages = {"ru", "en"};
  return kLanguages;
}

}  // namespace base
