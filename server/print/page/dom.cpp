#include "server/print/page/dom.hpp"

#include <gumbo.h>

#include <algorithm>
#include <charconv>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/print/page/css.hpp"

namespace print {

namespace {

constexpr std::size_t kMaxNodes = 200'000;
constexpr int kMaxDepth = 200;

constexpr std::string_view kDefaults = R"(
div, p, h1, h2, h3, h4, h5, h6, ul, ol, hr, section, article, header, footer, main, address, blockquote, pre, figure, center { display: block }
p { margin: 0 0 4pt 0 }
h1 { font-size: 14pt; font-weight: bold; margin: 0 0 6pt 0 } h2 { font-size: 12pt; font-weight: bold; margin: 6pt 0 4pt 0 } h3 { font-size: 10pt; font-weight: bold; margin: 6pt 0 3pt 0 }
h1, h2, h3, h4 { page-break-after: avoid } h4, h5, h6 { font-weight: bold }
ul, ol { margin: 0 0 4pt 0; padding-left: 14pt } ol { list-style-type: decimal } li { display: list-item }
b, strong, th { font-weight: bold } i, em { font-style: italic } u, ins { text-decoration: underline } s, del { text-decoration: line-through }
small { font-size: 0.85em } sub { vertical-align: sub; font-size: 0.75em } sup { vertical-align: super; font-size: 0.75em }
pre { white-space: pre } center { text-align: center } hr { border-top: 0.5pt solid; margin: 4pt 0 }
table { display: table } thead { display: table-header-group } tbody { display: table-row-group } tfoot { display: table-footer-group }
tr { display: table-row } td, th { display: table-cell; padding: 1pt 2pt; vertical-align: middle } th { text-align: center }
col { display: table-column } colgroup { display: table-column-group }
head, script, style, title, meta, link, template, iframe, object, embed, noscript, svg, audio, video, form, input, select, button, textarea { display: none }
)";

class TreeBuilder {
 public:
  std::unique_ptr<Node> body;
  std::string title, footer, css;
  bool has_footer = false;

  void read(const GumboNode& node, Node* parent, int depth) {
    if (depth > kMaxDepth || ++count_ > kMaxNodes) {
      throw base::Error(base::ErrorCode::kResourceExhausted, "print_too_large", {{"limit", std::to_string(kMaxNodes)}});
    }
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE || node.type == GUMBO_NODE_CDATA) {
      if (parent == nullptr) return;
      auto text = std::make_unique<Node>();
      text->text = node.v.text.text;
      add(parent, std::move(text));
      return;
    }
    if (node.type != GUMBO_NODE_ELEMENT) return;
    read_element(node.v.element, parent, depth);
  }

 private:
  static Node* add(Node* parent, std::unique_ptr<Node> child) {
    child->parent = parent;
    parent->children.push_back(std::move(child));
    return parent->children.back().get();
  }

  static std::string text_of(const GumboElement& element) {
    std::string out;
    for (unsigned i = 0; i < element.children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(element.children.data[i]);
      if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE) out += child->v.text.text;
    }
    return out;
  }

  void read_meta(const GumboElement& element) {
    const GumboAttribute* name = gumbo_get_attribute(&element.attributes, "name");
    const GumboAttribute* content = gumbo_get_attribute(&element.attributes, "content");
    if (name == nullptr || content == nullptr || std::string_view(name->value) != "footer") return;
    footer = content->value;
    has_footer = true;
  }

  void read_element(const GumboElement& element, Node* parent, int depth) {
    switch (element.tag) {
      case GUMBO_TAG_STYLE: css += text_of(element) + "\n"; return;
      case GUMBO_TAG_TITLE: title = text_of(element); return;
      case GUMBO_TAG_META: read_meta(element); return;
      case GUMBO_TAG_SCRIPT: return;
      default: break;
    }
    Node* here = parent;
    if (parent != nullptr || element.tag == GUMBO_TAG_BODY) {
      auto node = std::make_unique<Node>();
      node->tag = gumbo_normalized_tagname(element.tag);
      if (node->tag.empty()) node->tag = "unknown";
      for (unsigned i = 0; i < element.attributes.length; ++i) {
        const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
        node->attributes.emplace_back(base::to_lower(attribute->name), attribute->value);
      }
      if (parent == nullptr) {
        body = std::move(node);
        here = body.get();
      } else {
        here = add(parent, std::move(node));
      }
    }
    for (unsigned i = 0; i < element.children.length; ++i) read(*static_cast<const GumboNode*>(element.children.data[i]), here, depth + 1);
  }

  std::size_t count_ = 0;
};

// Old attributes that people and editors still write.
void add_attribute_styles(const Node& node, Declarations& out) {
  for (const auto& [name, value] : node.attributes) {
    if (name == "align" && node.tag != "table") out.emplace_back("text-align", base::to_lower(value));
    if (name == "valign") out.emplace_back("vertical-align", base::to_lower(value));
    if (name == "bgcolor") out.emplace_back("background", base::to_lower(value));
    if ((name == "width" || name == "height") && node.tag != "body") out.emplace_back(name, value);
    if (name == "nowrap") out.emplace_back("white-space", "nowrap");
  }
}

class Styler {
 public:
  explicit Styler(const StyleSheet& own) {
    static const StyleSheet defaults = [] {
      StyleSheet sheet;
      sheet.add(kDefaults);
      return sheet;
    }();
    for (const auto& rule : defaults.rules) index(rule, 0);
    for (const auto& rule : own.rules) index(rule, 1'000'000);
  }

  void run(Node& node, const Style& parent) const {
    node.style = inherited(parent);
    if (node.is_text()) return;
    Declarations declarations = matched(node);
    add_attribute_styles(node, declarations);
    for (auto& declaration : parse_declarations(node.attribute("style"))) declarations.push_back(std::move(declaration));
    apply(node.style, declarations, parent);
    if (node.style.is_absolute && node.style.display == Display::kInline) node.style.display = Display::kBlock;
    for (const auto& child : node.children) run(*child, node.style);
  }

 private:
  struct Indexed {
    const CssRule* rule;
    int weight;
    std::size_t order;
  };

  void index(const CssRule& rule, int above) { rules_.push_back({&rule, rule.weight + above, rules_.size()}); }

  Declarations matched(const Node& node) const {
    std::vector<const Indexed*> found;
    for (const auto& indexed : rules_) {
      const std::string& tag = indexed.rule->steps.back().tag;
      if ((tag.empty() || tag == node.tag) && fits(indexed.rule->steps, node)) found.push_back(&indexed);
    }
    std::stable_sort(found.begin(), found.end(), [](const Indexed* a, const Indexed* b) { return a->weight < b->weight; });
    Declarations out;
    for (const auto* indexed : found) out.insert(out.end(), indexed->rule->declarations.begin(), indexed->rule->declarations.end());
    return out;
  }

  std::vector<Indexed> rules_;
};

void apply_page(PageSetup& setup, const Declarations& declarations) {
  for (const auto& [name, value] : declarations) {
    if (name == "size") {
      const bool is_a5 = value.find("a5") != std::string::npos, is_a3 = value.find("a3") != std::string::npos;
      setup.width = is_a5 ? 419.53 : is_a3 ? 841.89 : 595.28;
      setup.height = is_a5 ? 595.28 : is_a3 ? 1190.55 : 841.89;
      if (value.find("landscape") != std::string::npos) std::swap(setup.width, setup.height);
    } else if (name.starts_with("margin")) {
      Style style;
      style.margin = setup.margin;
      apply(style, {{name, value}}, Style{});
      setup.margin = style.margin;
    }
  }
  for (double* side : {&setup.margin.top, &setup.margin.right, &setup.margin.bottom, &setup.margin.left})
    *side = std::clamp(*side, 0.0, 200.0);
}

}  // namespace

std::string_view Node::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes) {
    if (key == name) return value;
  }
  return {};
}

int Node::span(std::string_view name) const {
  const std::string_view text = attribute(name);
  int value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp(value, 1, 1000);
}

Page parse_page(std::string_view html, const PageSetup& setup) {
  GumboOptions options = kGumboDefaultOptions;
  const std::string text(html);
  const std::unique_ptr<GumboOutput, void (*)(GumboOutput*)> parsed(
      gumbo_parse_with_options(&options, text.data(), text.size()),
      [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); });
  TreeBuilder builder;
  builder.read(*parsed->root, nullptr, 0);
  Page page;
  page.setup = setup;
  page.title = std::move(builder.title);
  if (builder.has_footer) page.setup.footer = std::move(builder.footer);
  page.body = std::move(builder.body);
  if (!page.body) {
    page.body = std::make_unique<Node>();
    page.body->tag = "body";
  }
  StyleSheet sheet;
  sheet.add(builder.css);
  apply_page(page.setup, sheet.page);
  Styler(sheet).run(*page.body, Style{});
  page.body->style.display = Display::kBlock;
  return page;
}

}  // namespace print
