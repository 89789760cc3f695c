// The pipes of templates; inside of server/print/template.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/entity/formula/value.hpp"

namespace print {

// What flows through pipes. `is_markup`: HTML already, not to be escaped.
struct Piped {
  formula::Value value;
  bool is_markup = false;
};

struct PipeInput {
  Piped piped;
  std::vector<formula::Value> arguments;
  std::string_view language;
};

// Null in gives null out unless the pipe says otherwise. Throws std::string with a reason code when the value does not fit.
struct Pipe {
  std::string_view name;
  std::size_t least_arguments, most_arguments;
  Piped (*run)(const PipeInput& input);
};

struct PipeFault {
  std::string code;  // below error.field
};

const Pipe* find_pipe(std::string_view name);
// How a value without pipes is shown.
std::string shown(const formula::Value& value, std::string_view language);

}  // namespace print
