#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"
#include "server/print/print.hpp"

namespace print {

namespace {

// The value of name="…" in the head comment.
std::string quoted(std::string_view head, std::string_view name) {
  const std::string mark = std::string(name) + "=\"";
  const std::size_t begin = head.find(mark);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = head.find('"', begin + mark.size());
  return std::string(head.substr(begin + mark.size(), end - begin - mark.size()));
}

Form read_form(const base::Resource& resource) {
  Form form;
  const std::size_t slash = resource.path.rfind('/');
  form.key = resource.path.substr(slash + 1, resource.path.size() - slash - 1 - std::string_view(".html").size());
  form.html = resource.content;
  const std::string_view head = resource.content.substr(0, resource.content.find("-->"));
  std::string entities = quoted(head, "entities");
  form.name_ru = quoted(head, "ru");
  form.name_en = quoted(head, "en");
  if (!head.starts_with("<!-- form ") || entities.empty() || form.name_ru.empty() || form.name_en.empty())
    throw base::Error::internal(std::string(resource.path) + ": the head is not that of a form");
  for (std::size_t comma = 0; comma != std::string::npos;) {
    comma = entities.find(',');
    form.entities.push_back(entities.substr(0, comma));
    entities.erase(0, comma == std::string::npos ? comma : comma + 1);
  }
  return form;
}

std::vector<Form> read_forms() {
  std::vector<Form> out;
  for (const auto& resource : base::resources_below("modules/")) {
    if (resource.path.find("/print/") != std::string_view::npos && resource.path.ends_with(".html")) out.push_back(read_form(resource));
  }
  std::sort(out.begin(), out.end(), [](const Form& a, const Form& b) { return a.key < b.key; });
  return out;
}

}  // namespace

const std::vector<Form>& shipped_forms() {
  static const std::vector<Form> forms = read_forms();
  return forms;
}

const Form* find_shipped_form(std::string_view key) {
  const auto& forms = shipped_forms();
  const auto found = std::find_if(forms.begin(), forms.end(), [&](const Form& form) { return form.key == key; });
  return found == forms.end() ? nullptr : &*found;
}

}  // namespace print
