// The typed tree of a formula.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/entity/formula/formula.hpp"

namespace formula {

struct Builtin;  // run/builtins.hpp

enum class Op : std::uint8_t {
  kLiteral,    // literal
  kInput,      // slot: index of the input; path
  kLocal,      // slot
  kItemField,  // name, slot of the item; child 0 (may be absent): what the name means when the item has no such entry
  kPath,       // child 0, name
  kFilter,     // list, condition; slot of the item
  kNegate,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kBetween,     // value, low, high
  kIn,          // value, tests
  kTest,        // one test in the right side of `in`: compare with test_op, child 0
  kUnaryTests,  // children are tests of the local `slot`; flag: inside not()
  kAnd,
  kOr,
  kIf,   // condition, then, else
  kFor,  // slots; iterators…, body; `slot` is the one of "partial"
  kSome,
  kEvery,  // slots; iterators…, condition
  kSpan,   // low, high of an iterator `1..10`
  kList,
  kContext,     // names, slots; values
  kRange,       // low, high; low_included, high_included
  kFunction,    // names, slots; body
  kCall,        // builtin; arguments in the order of its parameters
  kCallValue,   // callee, arguments; names when they are named
  kInstanceOf,  // child 0, target
};

// `position` and `end` are byte offsets into the text.
struct Node {
  explicit Node(Op op_, std::size_t position_) : op(op_), position(static_cast<std::uint32_t>(position_)) {}
  Op op;
  Op test_op = Op::kEqual;
  bool low_included = false;
  bool high_included = false;
  bool flag = false;
  std::uint32_t position;
  std::int32_t slot = -1;
  Type type;
  Value literal;
  std::vector<std::unique_ptr<Node>> children;
  std::string name;
  std::vector<std::string> names;
  std::vector<std::int32_t> slots;
  Path path;
  Type target;
  const Builtin* builtin = nullptr;
};

using NodePtr = std::unique_ptr<Node>;

// Owns the nodes; functions made while evaluating share it.
struct Tree {
  std::string text;
  NodePtr root;
  std::vector<Path> inputs;
  std::size_t slots = 0;  // locals of the deepest frame
  bool uses_clock = false;
  std::int32_t tested = -1;  // input that `?` stands for in unary tests
};

}  // namespace formula
