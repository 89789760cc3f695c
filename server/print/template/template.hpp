// Templates of printed forms: HTML with expressions of our formula language (docs/reference/print.md).
//
//   {{ expression }}  {{ expression | pipe(argument) | pipe }}  {{! a remark }}
//   {{#if expression}} … {{else if expression}} … {{else}} … {{/if}}
//   {{#for line in lines}} … {{/for}}    {{#for line, number in lines}}: number counts from 1
//
// Values are escaped for HTML; only pipes that make markup (qr, lines) are not.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json_fwd.hpp"

namespace print {

struct TemplateTree;  // template/tree.hpp

// What a rendering may cost; more is Error resource_exhausted "template_too_large".
struct TemplateLimits {
  std::size_t template_bytes = 2u << 20;
  std::size_t repetitions = 100'000;  // passes through all loops together
  std::size_t output_bytes = 32u << 20;
  int depth = 16;  // blocks within blocks
};

// Immutable and thread-safe after parsing.
class Template {
 public:
  // Throws base::Error with field errors of the path "body" and the arguments line, column (both from 1, columns in code
  // points): template_not_closed, template_unknown_block, template_block_not_open, template_block_not_closed, template_unknown_pipe {pipe},
  // template_unknown_field {field}, template_expression {expression} followed by the error of the formula.
  static Template parse(std::string_view text);
  const TemplateTree& tree() const { return *tree_; }

 private:
  explicit Template(std::shared_ptr<const TemplateTree> tree) : tree_(std::move(tree)) {}
  std::shared_ptr<const TemplateTree> tree_;
};

// Names at the root of a form's data; others are unknown when a template is parsed. Those absent from the data are null.
const std::vector<std::string>& template_roots();
// Names of the pipes, sorted; for the editor.
std::vector<std::string> template_pipes();

// `data` as docs/reference/print.md describes it: text of decimals becomes a number by its key ("amount", "…_amount",
// "quantity", …), ISO text under "date", "…_date", "today" a date. A field that a record of the data does not have is Error
// template_unknown_field with line, column and field, never a silent blank; fields of null are null. `language` "ru" or "en"
// decides the point or comma of plain numbers.
std::string render_html(const Template& form, const json::object& data, std::string_view language);

std::string escape_html(std::string_view text);

}  // namespace print
