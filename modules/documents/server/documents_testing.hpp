// What tests of documents share: a program with an organisation, a client and helpers to speak with it.
#pragma once

#include <string>
#include <vector>

#include "server/app/tests/api_testing.hpp"

namespace documents {

class DocumentsTest : public app::ApiTest {
 protected:
  DocumentsTest();

  app::ApiServer server{GetParam()};
  std::int64_t own = 0, client = 0;

  app::Answer post(std::string_view path, const json::object& values = {}) { return server.call(server.admin(), "POST", path, values); }
  app::Answer patch(const std::string& path, const json::object& values) { return server.call(server.admin(), "PATCH", path, values); }
  std::int64_t create(std::string_view path, const json::object& values);
  json::value get(const std::string& path);
  // A document of the client with these lines, of today unless `more` says.
  std::int64_t document(const std::string& plural, const json::array& lines, const json::object& more = {});
  json::array lines_of(const std::string& kind, std::int64_t id);
  // Makes one from another; the answer's record.
  json::value make(const std::string& from, std::int64_t id, const std::string& to, const json::object& more = {});
  json::value posted(const std::string& plural, std::int64_t id);
  // "path code" of each field error.
  static std::vector<std::string> faults(const app::Answer& answer);
  static std::string amount(const json::value& record, const char* field = "amount");
  static std::string address(const std::string& plural, std::int64_t id) { return "/" + plural + "/" + std::to_string(id); }
};

using Faults = std::vector<std::string>;

// Hundredths of "12.34".
std::int64_t units(const std::string& amount);

}  // namespace documents
