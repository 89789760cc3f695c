// Questions that one module answers and another asks, by name: JSON in, JSON out, inside the transaction of the asker. Modules do
// not include each other; what they know of one another is their entities, their events and these questions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/query.hpp"

namespace entity {

// Added while the modules register, asked afterwards from any thread.
class Questions {
 public:
  // Reads only; throws base::Error like any other code of a save.
  using Answer = std::function<json::object(const QueryContext&, const json::object&)>;

  void add(std::string name, Answer answer) { answers_.insert_or_assign(std::move(name), std::move(answer)); }
  bool has(std::string_view name) const { return answers_.find(name) != answers_.end(); }
  // Error internal when no module answers: whoever asks names the module in `depends` or looks with has() first.
  json::object ask(std::string_view name, const QueryContext& context, const json::object& question) const {
    const auto found = answers_.find(name);
    if (found == answers_.end()) throw base::Error::internal("nobody answers the question " + std::string(name));
    return found->second(context, question);
  }

 private:
  std::map<std::string, Answer, std::less<>> answers_;
};

}  // namespace entity
