#include "server/print/template/template.hpp"

#include <algorithm>
#include <optional>

#include "server/base/error.hpp"
#include "server/entity/formula/parse/ast.hpp"
#include "server/print/template/pipes.hpp"
#include "server/print/template/tree.hpp"

namespace print {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The fields that a formula reads below its inputs, with their places.
void collect_uses(const formula::Node& node, const auto& place_of, std::vector<FieldUse>& out) {
  std::vector<std::string> names;
  const formula::Node* step = &node;
  while (step->op == formula::Op::kPath && !step->children.empty()) {
    names.insert(names.begin(), step->name);
    step = step->children.front().get();
  }
  if (step->op == formula::Op::kInput && !names.empty()) {
    out.push_back({step->path.front(), std::move(names), place_of(node.position)});
    return;
  }
  for (const auto& child : node.children) {
    if (child) collect_uses(*child, place_of, out);
  }
}

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text) {
    for (const auto& root : template_roots()) names_.push_back(root);
  }

  std::shared_ptr<const TemplateTree> run() {
    auto tree = std::make_shared<TemplateTree>();
    std::string end = parse_nodes(tree->nodes);
    if (!end.empty()) throw template_error("template_block_not_open", place(tag_at_), {{"block", end}});
    return tree;
  }

 private:
  Place place(std::size_t at) const {
    Place out;
    for (std::size_t i = 0; i < at && i < text_.size(); ++i) {
      if (text_[i] == '\n') {
        ++out.line;
        out.column = 1;
      } else if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) {
        ++out.column;
      }
    }
    return out;
  }

  // Nodes until a tag that closes or divides the block, whose text is returned; empty at the end of the template.
  std::string parse_nodes(std::vector<TemplateNode>& out) {
    while (at_ < text_.size()) {
      const std::size_t open = text_.find("{{", at_);
      if (open != at_) {
        TemplateNode node;
        node.text = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
        out.push_back(std::move(node));
      }
      if (open == std::string_view::npos) {
        at_ = text_.size();
        break;
      }
      tag_at_ = open;
      const std::size_t close = tag_end(open + 2);
      std::size_t begin = open + 2;
      std::size_t end = close;
      at_ = close + 2;
      while (begin < end && is_space(text_[begin])) ++begin;
      while (end > begin && is_space(text_[end - 1])) --end;
      const std::string_view tag = text_.substr(begin, end - begin);
      if (tag.starts_with('!')) continue;
      if (tag.starts_with('/') || tag == "else" || tag.starts_with("else if ")) {
        tag_begin_ = begin;
        return std::string(tag);
      }
      out.push_back(tag.starts_with('#') ? parse_block(tag, begin) : parse_value(tag, begin));
    }
    return {};
  }

  // The "}}" that ends the tag: those within quotes and within the braces of a context do not.
  std::size_t tag_end(std::size_t from) const {
    bool quoted = false;
    int braces = 0;
    for (std::size_t i = from; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quoted) {
        if (c == '\\') ++i;
        if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{') {
        ++braces;
      } else if (c == '}') {
        if (braces == 0 && text_.substr(i, 2) == "}}") return i;
        --braces;
      }
    }
    throw template_error("template_not_closed", place(tag_at_));
  }

  TemplateNode parse_block(std::string_view tag, std::size_t begin) {
    const Place opened = place(tag_at_);
    if (++depth_ > TemplateLimits{}.depth) throw template_error("template_too_deep", opened);
    TemplateNode node;
    if (tag.starts_with("#if ")) {
      node = parse_if(tag.substr(4), begin + 4, opened);
    } else if (tag.starts_with("#for ")) {
      node = parse_for(tag.substr(5), begin + 5, opened);
    } else {
      throw template_error("template_unknown_block", opened, {{"block", std::string(tag)}});
    }
    --depth_;
    return node;
  }

  TemplateNode parse_if(std::string_view condition, std::size_t begin, const Place& opened) {
    TemplateNode node;
    node.kind = TemplateNode::Kind::kIf;
    node.expression = parse_expression(condition, begin);
    std::string end = parse_nodes(node.body);
    if (end.starts_with("else if ")) {
      const std::size_t at = tag_begin_ + 8;
      const std::string rest = end.substr(8);
      node.otherwise.push_back(parse_if(rest, at, opened));  // consumes {{/if}}
      return node;
    }
    if (end == "else") end = parse_nodes(node.otherwise);
    expect_end(end, "/if", opened);
    return node;
  }

  TemplateNode parse_for(std::string_view head, std::size_t begin, const Place& opened) {
    TemplateNode node;
    node.kind = TemplateNode::Kind::kFor;
    const std::size_t in = head.find(" in ");
    if (in == std::string_view::npos) throw template_error("template_for_without_in", opened);
    std::string variables;
    for (const char c : head.substr(0, in)) {
      if (!is_space(c)) variables += c;
    }
    const std::size_t comma = variables.find(',');
    node.variable = variables.substr(0, comma);
    if (comma != std::string::npos) node.number_variable = variables.substr(comma + 1);
    for (const auto* name : {&node.variable, &node.number_variable}) {
      const bool may_be_empty = name == &node.number_variable && comma == std::string::npos;
      const bool fits = std::all_of(name->begin(), name->end(),
                                    [](char c) { return c == '_' || (c & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)); });
      if (!fits || (name->empty() && !may_be_empty)) throw template_error("template_for_without_in", opened);
    }
    node.expression = parse_expression(head.substr(in + 4), begin + in + 4);
    const std::size_t known = names_.size();
    names_.push_back(node.variable);
    if (!node.number_variable.empty()) names_.push_back(node.number_variable);
    expect_end(parse_nodes(node.body), "/for", opened);
    names_.resize(known);
    return node;
  }

  void expect_end(const std::string& end, std::string_view wanted, const Place& opened) const {
    if (end == wanted) return;
    if (end.empty()) throw template_error("template_block_not_closed", opened, {{"block", std::string(wanted.substr(1))}});
    throw template_error("template_block_not_open", place(tag_at_), {{"block", end}});
  }

  TemplateNode parse_value(std::string_view tag, std::size_t begin) {
    TemplateNode node;
    node.kind = TemplateNode::Kind::kValue;
    const auto parts = split(tag, '|');
    if (tag.empty()) throw template_error("template_empty_tag", place(tag_at_));
    node.expression = parse_expression(parts[0].first, begin + parts[0].second);
    for (std::size_t i = 1; i < parts.size(); ++i) node.pipes.push_back(parse_pipe(parts[i].first, begin + parts[i].second));
    return node;
  }

  PipeCall parse_pipe(std::string_view text, std::size_t begin) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1), ++begin;
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    PipeCall call;
    call.place = place(begin);
    const std::size_t open = text.find('(');
    std::string_view name = text.substr(0, open);
    while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
    call.name = name;
    const Pipe* pipe = find_pipe(name);
    if (pipe == nullptr) throw template_error("template_unknown_pipe", call.place, {{"pipe", call.name}});
    if (open != std::string_view::npos) {
      if (text.back() != ')') throw template_error("template_pipe_arguments", call.place, {{"pipe", call.name}});
      const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
      if (inside.find_first_not_of(" \t\r\n") != std::string_view::npos) {
        for (const auto& [part, at] : split(inside, ',')) call.arguments.push_back(parse_expression(part, begin + open + 1 + at));
      }
    }
    if (call.arguments.size() < pipe->least_arguments || call.arguments.size() > pipe->most_arguments) {
      throw template_error("template_pipe_arguments", call.place, {{"pipe", call.name}});
    }
    return call;
  }

  // Parts between separators that stand outside of quotes and brackets, with their offsets.
  static std::vector<std::pair<std::string_view, std::size_t>> split(std::string_view text, char separator) {
    std::vector<std::pair<std::string_view, std::size_t>> out;
    bool quoted = false;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quoted) {
        if (c == '\\') ++i;
        if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '(' || c == '[' || c == '{') {
        ++depth;
      } else if (c == ')' || c == ']' || c == '}') {
        --depth;
      } else if (c == separator && depth == 0) {
        out.emplace_back(text.substr(begin, i - begin), begin);
        begin = i + 1;
      }
    }
    out.emplace_back(text.substr(begin), begin);
    return out;
  }

  Expression parse_expression(std::string_view text, std::size_t begin) {
    formula::Scope scope;
    for (const auto& name : names_) {
      if (scope.find(name) == nullptr) scope.add(name, formula::Type::any());
    }
    Expression out;
    out.place = place(begin);
    auto parsed = formula::Formula::parse(text, scope, formula::Typing::kDynamic);
    if (parsed.error) throw expression_error(*parsed.error, text, begin);
    out.formula = std::move(parsed.formula);
    collect_uses(
        *out.formula->tree()->root, [&](std::size_t at) { return place(begin + at); }, out.uses);
    return out;
  }

  base::Error expression_error(const formula::FormulaError& error, std::string_view text, std::size_t begin) const {
    const Place at = place(begin + error.position);
    const base::MessageArgs where = {{"line", std::to_string(at.line)}, {"column", std::to_string(at.column)}};
    if (error.code == "unknown_name") {
      for (const auto& [name, value] : error.args) {
        if (name == "name") return template_error("template_unknown_field", at, {{"field", value}});
      }
    }
    base::MessageArgs about = where;
    about.emplace_back("expression", std::string(text));
    base::MessageArgs reason = error.args;
    reason.insert(reason.end(), where.begin(), where.end());
    return base::Error({{"body", "template_expression", std::move(about)}, {"body", formula::locale_code(error), std::move(reason)}});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t tag_at_ = 0;     // of the last tag's "{{"
  std::size_t tag_begin_ = 0;  // of the last closing tag's text
  int depth_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

base::Error template_error(std::string code, const Place& place, base::MessageArgs args) {
  args.emplace_back("line", std::to_string(place.line));
  args.emplace_back("column", std::to_string(place.column));
  return base::Error::field("body", std::move(code), std::move(args));
}

const std::vector<std::string>& template_roots() {
  static const std::vector<std::string> roots = {
      "document", "lines",    "seller",     "seller_account", "buyer",  "buyer_account", "contact",      "contract",
      "basis",    "manager",  "vat_totals", "payments",       "today",  "images",        "consignor",    "consignee",
      "shipment", "advances", "statement",  "before_lines",   "totals", "changes",       "changes_total"};
  return roots;
}

Template Template::parse(std::string_view text) {
  if (text.size() > TemplateLimits{}.template_bytes) throw base::Error::field("body", "too_long");
  return Template(TemplateParser(text).run());
}

}  // namespace print
