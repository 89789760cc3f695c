// A parsed template; inside of server/print/template.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/base/error.hpp"
#include "server/entity/formula/formula.hpp"
#include "server/print/template/template.hpp"

namespace print {

struct Place {
  std::size_t line = 1, column = 1;
};

// A path that the expression reads and where its last part stands.
struct FieldUse {
  std::string root;
  std::vector<std::string> names;
  Place place;
};

struct Expression {
  std::shared_ptr<const formula::Formula> formula;
  std::vector<FieldUse> uses;
  Place place;
};

struct PipeCall {
  std::string name;
  std::vector<Expression> arguments;
  Place place;
};

struct TemplateNode {
  enum class Kind { kText, kValue, kIf, kFor };
  Kind kind = Kind::kText;
  std::string text;  // kText
  Expression expression;
  std::vector<PipeCall> pipes;            // kValue
  std::string variable, number_variable;  // kFor; the second may be empty
  std::vector<TemplateNode> body, otherwise;
};

struct TemplateTree {
  std::vector<TemplateNode> nodes;
};

base::Error template_error(std::string code, const Place& place, base::MessageArgs args = {});

}  // namespace print
