// Printed forms: a template and data give HTML; HTML gives PDF, DOCX and XLSX, all in this process and without
// fonts, pictures or programs of the machine (docs/decisions/0015-printed-forms.md, docs/reference/print.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/print/page/dom.hpp"
#include "server/print/template/template.hpp"

namespace print {

// A template as shipped in modules/*/print/KEY.html. Its first lines are
// <!-- form entities="invoice,sales_order" ru="Счёт на оплату" en="Invoice" -->.
struct Form {
  std::string key;
  std::vector<std::string> entities;  // keys of entities it can be printed for
  std::string name_ru, name_en;
  std::string html;
  std::string title(std::string_view language) const { return language == "ru" ? name_ru : name_en; }
};

// Read once, sorted by key; throws Error internal for one whose head is wrong.
const std::vector<Form>& shipped_forms();
const Form* find_shipped_form(std::string_view key);  // nullptr: no such form

// Several documents follow one another, each from a page of its own, with its own page size and numbering.
std::string to_pdf(const std::vector<Page>& pages);
std::string to_pdf(std::string_view html, const PageSetup& setup = {});

// Office Open XML (ECMA-376): paragraphs, tables with spans, pictures, page size; what stands absolutely floats over the text.
std::string to_docx(std::string_view html, const PageSetup& setup = {});

// One sheet: cells where they stand on the page, numbers that are right-aligned as numbers.
std::string to_xlsx(std::string_view html, const PageSetup& setup = {});

}  // namespace print
