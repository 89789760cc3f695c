#include "modules/documents/server/print_forms.hpp"

#include <algorithm>

#include "modules/documents/server/form_data.hpp"
#include "modules/documents/server/images.hpp"
#include "server/base/error.hpp"
#include "server/entity/lookup.hpp"
#include "server/print/print.hpp"

namespace documents {

using entity::QueryContext;
using entity::Record;

bool CurrentForm::fits(std::string_view entity) const { return std::find(entities.begin(), entities.end(), entity) != entities.end(); }

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::vector<CurrentForm> current_forms(api::Call& call) {
  std::vector<CurrentForm> forms;
  for (const auto& form : print::shipped_forms())
    forms.push_back({form.key, form.title(call.caller().language), form.entities, form.html, false});
  call.read("print_templates", [&](const QueryContext& context) {
    const auto system = entity::Caller::system();
    const auto& templates = context.registry.require("print_template");
    const QueryContext all{context.connection, context.registry, *system, context.now};
    for (const auto& record : entity::find_records(all, templates, entity::where(templates, "is_active", std::int64_t{1}))) {
      if (record.text("body").empty()) continue;
      CurrentForm own{std::string(record.text("key")), std::string(record.text("name")), listed(record.text("entity")),
                      std::string(record.text("body")), true};
      const auto shipped = std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form.key == own.key; });
      if (shipped == forms.end())
        forms.push_back(std::move(own));
      else
        *shipped = std::move(own);
    }
  });
  return forms;
}

const CurrentForm& require_form(const std::vector<CurrentForm>& forms, const std::string& key, std::string_view entity) {
  for (const auto& form : forms) {
    if (form.key == key && (entity.empty() || form.fits(entity))) return form;
  }
  std::string valid;
  for (const auto& form : forms) {
    if (entity.empty() || form.fits(entity)) valid += (valid.empty() ? "" : ", ") + form.key;
  }
  throw base::Error::field("form", "unknown_option", {{"value", key}, {"valid", valid}});
}

const CurrentForm* usual_form(const std::vector<CurrentForm>& forms, std::string_view kind) {
  const auto own = std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form.key == kind; });
  if (own != forms.end()) return &*own;
  const auto any = std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form.fits(kind); });
  return any == forms.end() ? nullptr : &*any;
}

std::string file_of(const std::vector<std::string>& htmls, const std::string& format) {
  if (format == "docx") return print::to_docx(htmls.front());
  if (format == "xlsx") return print::to_xlsx(htmls.front());
  std::vector<print::Page> pages;
  for (const auto& html : htmls) pages.push_back(print::parse_page(html));
  return print::to_pdf(pages);
}

json::object print_data(api::Call& call, const Record& document) {
  json::object data;
  call.read("document_print", [&](const QueryContext& context) { data = form_data(context, document, image_reader(call.context.files)); });
  return data;
}

std::string number_in(const json::object& data) {
  const auto* document = data.if_contains("document");
  const auto* number = document == nullptr || !document->is_object() ? nullptr : document->as_object().if_contains("number");
  return number == nullptr || !number->is_string() ? std::string() : std::string(number->as_string());
}

}  // namespace documents
