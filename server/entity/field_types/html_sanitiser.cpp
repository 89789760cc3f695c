#include "server/entity/field_types/html_sanitiser.hpp"

#include <gumbo.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <memory>

namespace entity {

namespace {

using NameList = std::string_view;

// Lists are searched with their separators: " p ".
bool is_listed(NameList list, std::string_view name) {
  const std::string wanted = " " + std::string(name) + " ";
  return list.find(wanted) != std::string_view::npos;
}

constexpr NameList kAllowed =
    " a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "font h1 h2 h3 h4 h5 h6 hr i img ins"
    " kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead "
    "time tr tt u ul var wbr"
    " address article aside center footer header main nav section ";
constexpr NameList kVoid = " br col hr img wbr ";
// What is inside is not for reading.
constexpr NameList kDropped =
    " script style template noscript iframe frame frameset object embed applet noembed noframes plaintext xmp title "
    "meta link base head audio video"
    " source track math canvas select option optgroup textarea datalist ";
constexpr NameList kBlocks =
    " address article aside blockquote br caption center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section"
    " summary table tbody td tfoot th thead tr ul ";
constexpr NameList kAnyAttributes = " title lang dir align ";
constexpr NameList kTableAttributes =
    " colspan rowspan width height valign border cellpadding cellspacing span start type reversed datetime color size ";

// Deeper elements are unwrapped.
constexpr int kMaxDepth = 200;
// libgumbo recurses into the tree and repeats open formatting elements in every block; a text that would make it do so
// without bounds is taken as plain text. Real letters stay far below.
constexpr int kMaxOpenElements = 500;
constexpr std::int64_t kMaxRepeatedElements = 200'000;
constexpr NameList kSelfClosing = " p li dt dd tr td th tbody thead tfoot option input meta link area base embed source track param ";
constexpr NameList kFormatting = " a b big code em font i nobr s small strike strong tt u ";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

void append_escaped(std::string& out, std::string_view text, bool in_attribute) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"':
        if (in_attribute) {
          out += "&quot;";
        } else {
          out += c;
        }
        break;
      case '`':
        if (in_attribute) {
          out += "&#96;";
        } else {
          out += c;
        }
        break;
      case '\0': break;
      default: out += c;
    }
  }
}

// URL Standard §4.1: browsers drop tab and line breaks and leading control characters before they look for the scheme.
std::string scheme_of(std::string_view url) {
  std::string clean;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) > 0x20) clean += c;
  }
  const auto colon = clean.find(':');
  if (colon == std::string::npos || clean.find_first_of("/?#") < colon) return {};
  return lower(std::string_view(clean).substr(0, colon));
}

bool is_safe_address(std::string_view url, bool is_image) {
  const auto scheme = scheme_of(url);
  if (scheme.empty()) return true;
  if (is_image) return is_listed(" http https cid ", scheme);
  return is_listed(" http https mailto tel ", scheme);
}

bool is_plain(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '#' || c == '%' || c == '.' ||
           c == ':' || c == '+' || c == ' ';
  });
}

// "user:5": a person named in the text, told of it once it is saved.
bool is_mention(std::string_view value) {
  constexpr std::string_view kStart = "user:";
  return value.starts_with(kStart) && value.size() > kStart.size() && value.size() < kStart.size() + 19 &&
         value.find_first_not_of("0123456789", kStart.size()) == std::string_view::npos;
}

// A rough count of what the parser would build: unclosed elements and how often formatting would be repeated.
bool is_overgrown(std::string_view html) {
  int open = 0;
  int formatting = 0;
  std::int64_t repeated = 0;
  for (std::size_t i = 0; i + 1 < html.size(); ++i) {
    if (html[i] != '<') continue;
    const bool is_end = html[i + 1] == '/';
    const auto start = i + (is_end ? 2 : 1);
    auto end = start;
    while (end < html.size() && std::isalnum(static_cast<unsigned char>(html[end])) && end - start < 20) ++end;
    if (end == start) continue;
    const auto name = lower(html.substr(start, end - start));
    if (is_listed(kFormatting, name)) {
      formatting = std::max(0, formatting + (is_end ? -1 : 1));
    } else if (!is_end) {
      repeated += formatting;
    }
    if (!is_listed(kVoid, name) && !is_listed(kSelfClosing, name)) open = std::max(0, open + (is_end ? -1 : 1));
    if (open > kMaxOpenElements || repeated > kMaxRepeatedElements) return true;
  }
  return false;
}

std::string without_tags(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag && c != '\0') text += c;
    if (c == '>' && in_tag) {
      in_tag = false;
      if (!text.empty() && text.back() != ' ') text += ' ';
    }
  }
  return text;
}

class Writer {
 public:
  explicit Writer(SanitisedHtml& out) : out_(out) {}

  void children(const GumboVector& nodes, int depth) {
    for (unsigned i = 0; i < nodes.length; ++i) node(*static_cast<const GumboNode*>(nodes.data[i]), depth);
  }

 private:
  void node(const GumboNode& node, int depth) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
        append_escaped(out_.html, node.v.text.text, false);
        out_.text += node.v.text.text;
        break;
      case GUMBO_NODE_ELEMENT: element(node.v.element, depth); break;
      case GUMBO_NODE_CDATA:  // only in foreign content, where it is text
        append_escaped(out_.html, node.v.text.text, false);
        out_.text += node.v.text.text;
        break;
      default: break;
    }
  }

  void element(const GumboElement& element, int depth) {
    const std::string name = name_of(element);
    if (is_listed(kDropped, name)) {
      // The parser makes a head where there was none.
      if (name != "head" || element.children.length > 0) out_.has_lost_content = true;
      return;
    }
    const bool is_foreign = element.tag_namespace != GUMBO_NAMESPACE_HTML;
    const bool is_kept = !is_foreign && is_listed(kAllowed, name) && depth < kMaxDepth;
    const bool is_block = is_listed(kBlocks, name);
    if (is_block) separate();
    if (is_kept) {
      out_.html += "<" + name;
      attributes(element, name);
      out_.html += ">";
      // HTML Standard §13.3: the parser takes one line break away.
      if (name == "pre" && begins_with_line_break(element)) out_.html += '\n';
    }
    if (!is_listed(kVoid, name)) {
      children(element.children, depth + 1);
      if (is_kept) out_.html += "</" + name + ">";
    }
    if (is_block) separate();
  }

  static bool begins_with_line_break(const GumboElement& element) {
    if (element.children.length == 0) return false;
    const auto& first = *static_cast<const GumboNode*>(element.children.data[0]);
    return (first.type == GUMBO_NODE_TEXT || first.type == GUMBO_NODE_WHITESPACE) && first.v.text.text[0] == '\n';
  }

  static std::string name_of(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
    GumboStringPiece piece = element.original_tag;
    if (piece.data == nullptr) return {};
    gumbo_tag_from_original_text(&piece);
    return lower(std::string_view(piece.data, piece.length));
  }

  void attributes(const GumboElement& element, const std::string& name) {
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      const std::string key = lower(attribute.name);
      const std::string_view value = attribute.value;
      if (is_allowed(name, key, value)) {
        out_.html += " " + key + "=\"";
        append_escaped(out_.html, value, true);
        out_.html += '"';
      } else if (key.rfind("on", 0) == 0 || key == "href" || key == "src") {
        out_.has_lost_content = true;
      }
    }
    // Links open apart and learn nothing of where they were opened from.
    if (name == "a") out_.html += " rel=\"noopener noreferrer nofollow\" target=\"_blank\"";
  }

  static bool is_allowed(const std::string& element, const std::string& key, std::string_view value) {
    if (is_listed(kAnyAttributes, key)) return true;
    if (element == "span" && key == "data-mention") return is_mention(value);
    if (element == "a" && key == "href") return is_safe_address(value, false);
    if (element == "img" && key == "src") return is_safe_address(value, true);
    if (element == "img" && (key == "alt" || key == "width" || key == "height")) return true;
    return is_listed(kTableAttributes, key) && is_plain(value) && value.size() < 100;
  }

  void separate() {
    if (!out_.text.empty() && out_.text.back() != '\n') out_.text += '\n';
  }

  SanitisedHtml& out_;
};

SanitisedHtml clean_once(std::string_view html) {
  SanitisedHtml result;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const std::unique_ptr<GumboOutput, void (*)(GumboOutput*)> parsed(
      gumbo_parse_with_options(&options, html.data(), html.size()),
      [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); });
  Writer writer(result);
  writer.children(parsed->document->v.document.children, 0);
  return result;
}

SanitisedHtml as_plain_text(std::string text) {
  SanitisedHtml result;
  append_escaped(result.html, text, false);
  result.text = std::move(text);
  result.has_lost_content = true;
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f") - first + 1);
}

}  // namespace

// What was written is read again until nothing changes: markup that means something else at the second reading is how
// filters are tricked (mutation XSS, Heiderich et al. 2013).
SanitisedHtml sanitise_html(std::string_view html) {
  constexpr int kMaxRounds = 6;
  if (is_overgrown(html)) return as_plain_text(without_tags(html));
  SanitisedHtml result = clean_once(html);
  const bool has_lost_content = result.has_lost_content;
  for (int round = 0; round < kMaxRounds; ++round) {
    result.html = trimmed(result.html);
    SanitisedHtml next = clean_once(result.html);
    next.html = trimmed(next.html);
    if (next.html == result.html) {
      next.text = trimmed(next.text);
      next.has_lost_content = has_lost_content;
      return next;
    }
    result = std::move(next);
  }
  return as_plain_text(std::string(trimmed(result.text)));
}

}  // namespace entity
