// Recursive descent over DMN 1.5 §10.3.1.2. Types are found while parsing: names with spaces can only be told apart
// when the fields of the value before them are known.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/formula/parse/ast.hpp"
#include "server/entity/formula/parse/scanner.hpp"

namespace formula {

class Parser {
 public:
  Parser(std::string_view text, const Scope& scope, Typing typing);

  // Throw ParseFailure.
  NodePtr parse_formula(const Type& expected);
  NodePtr parse_tests(const Type& input);

  std::size_t slots() const { return max_slots_; }
  bool uses_clock() const { return uses_clock_; }

 private:
  struct Local {
    std::string name;  // "item" for the element of a filter
    Type type;
    std::int32_t slot;
    bool is_item = false;
  };
  // Counts nesting, so that hostile texts cannot exhaust the stack.
  class Deeper {
   public:
    explicit Deeper(Parser& parser);
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Parser& parser_;  // the parser on whose stack this lives
  };

  // Inside brackets of any kind "[" opens a filter again.
  class Inside {
   public:
    explicit Inside(Parser& parser) : deeper_(parser), parser_(parser), saved_(parser.at_range_end_) { parser_.at_range_end_ = false; }
    ~Inside() { parser_.at_range_end_ = saved_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Deeper deeper_;
    Parser& parser_;  // the parser on whose stack this lives
    bool saved_;
  };

  NodePtr expression();
  NodePtr disjunction();
  NodePtr conjunction();
  NodePtr comparison();
  NodePtr additive();
  NodePtr multiplicative();
  NodePtr exponentiation();
  NodePtr unary();
  NodePtr postfix();
  NodePtr primary();

  NodePtr if_expression();
  NodePtr for_expression();
  NodePtr quantified_expression();
  NodePtr function_definition();
  NodePtr list_or_range();
  NodePtr parenthesised();
  NodePtr range_end(NodePtr low, std::size_t position, bool low_included);
  NodePtr context_literal();
  NodePtr at_literal();
  NodePtr name_or_call();
  NodePtr name_reference(const std::string& name, std::size_t position);
  NodePtr builtin_call(const std::string& name, std::size_t position);
  NodePtr value_call(NodePtr callee);
  NodePtr path_step(NodePtr base);
  NodePtr filter_step(NodePtr base);
  NodePtr instance_of(NodePtr value);
  NodePtr between(NodePtr value);
  NodePtr in_tests(NodePtr value);
  NodePtr test(const Type& tested);
  void iterators(Node& node);
  Type type_name();
  std::string known_name();
  bool at_spaced_name();
  NodePtr comparison_range(std::size_t position);
  struct Argument {
    std::string name;
    NodePtr value;
  };
  std::vector<Argument> arguments();
  NodePtr resolve_builtin(const std::string& name, std::size_t position, std::vector<Argument> arguments);

  NodePtr binary(Op op, std::size_t position, NodePtr left, NodePtr right);
  NodePtr compare_nodes(Op op, std::size_t position, NodePtr left, NodePtr right);
  NodePtr logical(Op op, std::size_t position, NodePtr left, NodePtr right);
  NodePtr fold(NodePtr node);
  void require(const Node& node, const Type& wanted);
  void type_error(std::string code, std::size_t position, base::MessageArgs args = {});
  std::int32_t add_local(std::string name, Type type, bool is_item = false);
  void drop_locals(std::size_t count);

  Scanner in_;
  const Scope& scope_;
  Typing typing_;
  std::vector<Local> locals_;
  std::size_t max_slots_ = 0;
  int depth_ = 0;
  bool at_range_end_ = false;  // "[" closes the range: ]1..5[
  bool uses_clock_ = false;
};

}  // namespace formula
