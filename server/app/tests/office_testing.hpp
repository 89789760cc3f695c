// What tests of documents and of money share: a program with an organisation, its account and a client, and helpers to speak with it as
// the administrator.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/app/tests/api_testing.hpp"

namespace app {

using Faults = std::vector<std::string>;

class OfficeTest : public ApiTest {
 protected:
  OfficeTest();

  ApiServer server{GetParam()};
  std::int64_t own = 0, account = 0, client = 0;

  Answer post(std::string_view path, const json::object& values = {}) { return server.call(server.admin(), "POST", path, values); }
  Answer patch(const std::string& path, const json::object& values) { return server.call(server.admin(), "PATCH", path, values); }
  Answer remove(const std::string& path) { return server.call(server.admin(), "DELETE", path); }
  std::int64_t create(std::string_view path, const json::object& values);
  json::value get(const std::string& path);
  // A document of the client with these lines, of today unless `more` says.
  std::int64_t document(const std::string& plural, const json::array& lines, const json::object& more = {});
  json::value posted(const std::string& plural, std::int64_t id);
  // "path code" of each field error.
  static Faults faults(const Answer& answer);
  static std::string amount(const json::value& record, const char* field = "amount");
  static std::string address(const std::string& plural, std::int64_t id) { return "/" + plural + "/" + std::to_string(id); }
};

// Hundredths of "12.34".
std::int64_t units(const std::string& amount);

}  // namespace app
