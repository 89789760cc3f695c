// The part of CSS 2.1 that printed forms use.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/print/page/style.hpp"

namespace print {

struct Node;

// Property and value, in the order written; both trimmed, names lower case, "!important" cut.
using Declarations = std::vector<std::pair<std::string, std::string>>;
Declarations parse_declarations(std::string_view text);

// tag, .class, #id, [attribute], :first-child, :last-child joined together; ' ' and '>' between steps.
struct SelectorStep {
  std::string tag;  // empty: any
  std::string id;
  std::vector<std::string> classes;
  bool first_child = false, last_child = false;
  bool is_child = false;  // of the step before; else any descendant
};

struct CssRule {
  std::vector<SelectorStep> steps;
  int weight = 0;  // specificity
  Declarations declarations;
};

struct StyleSheet {
  std::vector<CssRule> rules;
  Declarations page;  // of @page

  // Adds the rules of `text`; what it cannot read is passed over, as CSS demands.
  void add(std::string_view text);
};

bool fits(const std::vector<SelectorStep>& steps, const Node& node);

// "12pt", "3mm", "1.5em", "50%", "auto"; a bare number is pixels (0.75 pt). Auto when unreadable.
Length parse_length(std::string_view text, double font_size);
Color parse_color(std::string_view text);

// Later declarations win; the font size first, since others count in it.
void apply(Style& style, const Declarations& declarations, const Style& parent);

}  // namespace print
