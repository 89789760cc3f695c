// Rules of endings as data: the resource generated/names.json that the build makes from an npm package (tools/name_rules).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "server/print/words/names.hpp"

namespace print {

// One rule: for words that end in one of `tests` (or are one of them: exceptions) the change for each case but the first.
struct EndingRule {
  Sex sex = Sex::kUnknown;  // kUnknown: for both
  bool first_word_only = false;
  std::vector<std::u32string> tests;
  std::array<std::u32string, 5> changes;  // each '-' cuts a letter, "." leaves the word, other letters are added
};

struct EndingRules {
  std::vector<EndingRule> exceptions;
  std::vector<EndingRule> endings;
};

struct SexRules {
  struct List {
    Sex sex = Sex::kUnknown;
    std::vector<std::u32string> tests;
  };
  std::vector<List> exceptions;  // whole words; a test that begins with '-' is an ending
  std::vector<List> endings;
};

struct NameRules {
  EndingRules last, first, middle;
  SexRules last_sex, first_sex, middle_sex;
};

// Read once; throws Error internal when the resource is missing or damaged.
const NameRules& name_rules();

}  // namespace print
