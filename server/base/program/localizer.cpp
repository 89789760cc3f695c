#include "server/base/program/localizer.hpp"

#include <algorithm>

#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"

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

// Puts {name} in; false when a name had no value, which then stays as it stands.
bool fill_plain(std::string_view text, const MessageArgs& args, std::string& out) {
  bool is_complete = true;
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = text.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    out.append(text, at, open - at);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto arg = std::find_if(args.begin(), args.end(), [name](const auto& candidate) { return candidate.first == name; });
    if (arg != args.end()) {
      out += arg->second;
    } else {
      out.append(text, open, close - open + 1);
      is_complete = false;
    }
    at = close + 1;
  }
  out.append(text, at);
  return is_complete;
}

// The same with parts in square brackets, which are left out when a name in them has no value.
std::string fill(std::string_view text, const MessageArgs& args) {
  std::string out;
  for (;;) {
    const std::size_t open = text.find('[');
    const std::size_t close = open == std::string_view::npos ? open : text.find(']', open);
    const std::string_view part = close == std::string_view::npos ? std::string_view() : text.substr(open + 1, close - open - 1);
    if (part.find('{') == std::string_view::npos) {
      fill_plain(close == std::string_view::npos ? text : text.substr(0, close + 1), args, out);
      if (close == std::string_view::npos) return out;
    } else {
      fill_plain(text.substr(0, open), args, out);
      std::string filled;
      if (fill_plain(part, args, filled)) out += filled;
    }
    text.remove_prefix(close + 1);
  }
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

bool Localizer::has(std::string_view language, std::string_view key) const { return all(language).count(std::string(key)) > 0; }

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

Localizer Localizer::embedded() {
  Localizer localizer;
  for (const std::string_view root : {"server/", "modules/"}) {
    for (const Resource& file : resources_below(root)) {
      if (file.path.find("/locales/") == std::string_view::npos) continue;
      for (const std::string& language : languages()) {
        const std::string name = language + ".json";
        if (file.path.ends_with("/" + name) || file.path.ends_with("." + name)) localizer.add(language, file.content);
      }
    }
  }
  return localizer;
}

const std::vector<std::string>& Localizer::languages() {
  static const std::vector<std::string> kLanguages = {"ru", "en"};
  return kLanguages;
}

}  // namespace base
