#include "modules/documents/server/documents_testing.hpp"

namespace documents {

json::array DocumentsTest::lines_of(const std::string& kind, std::int64_t id) {
  const auto answer =
      post("/document-lines:query", {{"filter", {{"field", "document"}, {"op", "eq"}, {"value", {{"entity", kind}, {"id", id}}}}},
                                     {"sort", {"position"}},
                                     {"limit", 1000},
                                     {"fields",
                                      {"id", "position", "name", "quantity", "price", "net_amount", "vat_amount", "amount", "vat_rate",
                                       "basis_line", "discount_percent", "price_reason"}}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  return answer.body.at("items").as_array();
}

json::value DocumentsTest::make(const std::string& from, std::int64_t id, const std::string& to, const json::object& more) {
  json::object body = more;
  body["to"] = to;
  const auto answer = post(address(from, id) + ":make", body);
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.status == 201 ? answer.body.at("record") : json::value{{"id", 0}};
}

}  // namespace documents
