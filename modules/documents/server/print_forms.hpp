// The printed forms of a document and the files made of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/api/context.hpp"

namespace documents {

inline constexpr std::size_t kMostForms = 10;  // in one file, and files in one letter

// A form as it is now: shipped, or a record that takes the place of the shipped one with its key.
struct CurrentForm {
  std::string key, name;
  std::vector<std::string> entities;
  std::string body;
  bool is_own = false;
  bool fits(std::string_view entity) const;
};

std::vector<CurrentForm> current_forms(api::Call& call);
// Field error "form" unknown_option {value, valid}; `entity` empty: of any.
const CurrentForm& require_form(const std::vector<CurrentForm>& forms, const std::string& key, std::string_view entity);
// The form with the kind's own key, else the first that fits, nullptr: none.
const CurrentForm* usual_form(const std::vector<CurrentForm>& forms, std::string_view kind);
// "a, b" → a, b.
std::vector<std::string> listed(std::string_view text);
// Form data of the document for whoever calls.
json::object print_data(api::Call& call, const entity::Record& document);
// The document's number in such data; "" of a draft.
std::string number_in(const json::object& data);
// Several HTML pages make one PDF; DOCX and XLSX are of the first.
std::string file_of(const std::vector<std::string>& htmls, const std::string& format);

}  // namespace documents
