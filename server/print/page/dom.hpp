// A form's HTML as a tree of styled nodes, from which PDF, DOCX and XLSX are made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/print/page/style.hpp"

namespace print {

struct Node {
  std::string tag;   // lower case; empty: text
  std::string text;  // of text nodes
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::unique_ptr<Node>> children;
  Node* parent = nullptr;  // owns this node
  Style style;

  bool is_text() const { return tag.empty(); }
  std::string_view attribute(std::string_view name) const;
  int span(std::string_view name) const;  // of colspan and rowspan: 1..1000
  bool is_block() const { return style.display != Display::kInline && style.display != Display::kNone; }
};

struct PageSetup {
  double width = 595.28, height = 841.89;  // A4 upright, points
  Sides margin = {36, 36, 36, 36};
  // Printed at the foot of each page when there are several; {page} and {pages} are numbers. Empty: nothing.
  std::string footer;
};

struct Page {
  std::unique_ptr<Node> body;
  std::string title;
  PageSetup setup;
};

// Never fails on HTML of any kind: what is unknown is passed over (scripts, frames, links to other places included).
// `@page { size: A4 landscape; margin: … }` and <meta name="footer" content="…"> override `setup`. Throws Error
// resource_exhausted "print_too_large" for more than 200 000 nodes or 200 levels.
Page parse_page(std::string_view html, const PageSetup& setup = {});

}  // namespace print
