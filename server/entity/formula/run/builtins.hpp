// Built-in functions of DMN 1.5 §10.3.4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/formula/run/evaluator.hpp"

namespace formula {

// Sets of value kinds that a parameter takes.
using KindMask = std::uint16_t;
constexpr KindMask mask(Kind kind) { return static_cast<KindMask>(1u << static_cast<unsigned>(kind)); }
inline constexpr KindMask kNullMask = mask(Kind::kNull);
inline constexpr KindMask kBoolMask = mask(Kind::kBoolean);
inline constexpr KindMask kNumberMask = mask(Kind::kNumber);
inline constexpr KindMask kStringMask = mask(Kind::kString);
inline constexpr KindMask kDateMask = mask(Kind::kDate);
inline constexpr KindMask kTimeMask = mask(Kind::kTime);
inline constexpr KindMask kDateTimeMask = mask(Kind::kDateTime);
inline constexpr KindMask kDaysMask = mask(Kind::kDaysDuration);
inline constexpr KindMask kMonthsMask = mask(Kind::kMonthsDuration);
inline constexpr KindMask kListMask = mask(Kind::kList);
inline constexpr KindMask kContextMask = mask(Kind::kContext);
inline constexpr KindMask kRangeMask = mask(Kind::kRange);
inline constexpr KindMask kFunctionMask = mask(Kind::kFunction);
inline constexpr KindMask kAnyMask = 0xFFFF;  // null too

struct Parameter {
  std::string_view name;
  KindMask kinds;  // without kNullMask a null argument makes the result null
  bool optional = false;
};

enum class Rest : std::uint8_t {
  kNone,
  kOrList,   // one list, or any number of arguments that make one: min(1, 2)
  kCollect,  // the last parameter collects all further arguments: append(list, 1, 2)
};

// How the result's static type follows from the arguments'.
enum class ResultRule : std::uint8_t { kFixed, kFirst, kElementOfFirst, kListOfFirst, kCommonList };

struct Builtin {
  std::string_view name;
  std::vector<Parameter> parameters;
  Type result;
  // Arguments are converted and checked; missing optional ones are null.
  Value (*run)(Evaluator& evaluator, std::span<Value> arguments);
  Rest rest = Rest::kNone;
  ResultRule rule = ResultRule::kFixed;
  bool uses_clock = false;
};

using BuiltinTable = std::vector<Builtin>;
void add_conversion_builtins(BuiltinTable& table);
void add_string_builtins(BuiltinTable& table);
void add_list_builtins(BuiltinTable& table);
void add_number_builtins(BuiltinTable& table);
void add_temporal_builtins(BuiltinTable& table);
void add_range_builtins(BuiltinTable& table);
void add_context_builtins(BuiltinTable& table);

// Every function of that name, in declared order (overloads by number and names of parameters).
std::span<const Builtin* const> find_builtins(std::string_view name);
// Names with spaces, for the parser.
const std::vector<std::string>& spaced_builtin_names();
Type result_type(const Builtin& builtin, const std::vector<Type>& arguments);
// Converts, checks and runs.
Value run_builtin(const Builtin& builtin, Evaluator& evaluator, std::vector<Value> arguments);
KindMask kinds_of(const Type& type);

}  // namespace formula
