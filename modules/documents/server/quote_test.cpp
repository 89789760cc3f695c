// Offers: versions, variants, approval of discounts, links for clients; settlements.
#include "modules/documents/server/documents_testing.hpp"

namespace documents {

namespace {

json::object line(const char* name, const char* quantity, const char* price) {
  return {{"name", name}, {"quantity", quantity}, {"price", price}};
}

class QuoteTest : public DocumentsTest {};

TEST_P(QuoteTest, AVersionKeepsTheNumberAndTakesThePlaceOfTheOneBefore) {
  const auto first = document("quotes", {line("Окно", "1", "100")});
  EXPECT_EQ(posted("quotes", first).at("number").as_string(), "РМ-00001");
  const auto second = make("quotes", first, "quote");
  EXPECT_EQ(second.at("revision").as_int64(), 2);
  EXPECT_EQ(second.at("family").at("id").as_int64(), first);
  const auto id = second.at("id").as_int64();
  EXPECT_TRUE(get(address("quotes", first)).at("is_current").as_bool()) << "until the new one is sent";
  EXPECT_EQ(patch(address("quotes", id), {{"lines", json::array{line("Окно", "1", "90")}}}).status, 200);
  EXPECT_EQ(posted("quotes", id).at("number").as_string(), "РМ-00001/2");
  EXPECT_FALSE(get(address("quotes", first)).at("is_current").as_bool());
  EXPECT_EQ(make("quotes", id, "quote").at("revision").as_int64(), 3);
  const auto variant = make("quotes", first, "quote", {{"variant", "Эконом"}});
  EXPECT_EQ(variant.at("variant").as_string(), "Эконом");
  EXPECT_EQ(variant.at("revision").as_int64(), 1);
  EXPECT_EQ(posted("quotes", variant.at("id").as_int64()).at("number").as_string(), "РМ-00002");
}

TEST_P(QuoteTest, ADiscountBeyondTheLimitIsApprovedBySomebodyElse) {
  const json::object all{{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}}}};
  const auto boris = server.add_user("Борис", all), vera = server.add_user("Вера", all);
  create("/discount-limits", {{"max_percent", "10"}});
  create("/discount-limits", {{"max_percent", "40"}, {"user", vera.id}});
  const auto product = create("/products", {{"name", "Дрель"}, {"price", "100"}});
  const auto quote = [&](const json::object& its) {
    const auto answer = server.call(boris, "POST", "/quotes", {{"company", client}, {"lines", json::array{its}}});
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.id();
  };
  const auto send = [&](std::int64_t id) {
    return server.call(boris, "POST", address("quotes", id) + ":post").body.at("state").as_string();
  };
  EXPECT_EQ(send(quote({{"product", product}, {"discount_percent", "10"}})), "sent");
  EXPECT_EQ(send(quote({{"product", product}, {"price", "89.99"}})), "approval") << "a lower price is a discount as well";
  const auto id = quote({{"product", product}, {"discount_percent", "30"}});
  EXPECT_EQ(send(id), "approval");
  EXPECT_TRUE(get(address("quotes", id)).at("number").is_null());
  EXPECT_EQ(faults(server.call(boris, "PATCH", address("quotes", id), {{"date", "2026-01-01"}})), Faults{"date document_is_posted"});
  EXPECT_EQ(server.call(boris, "POST", address("quotes", id) + ":approve").status, 403);
  EXPECT_EQ(server.get(vera, "/notices").body.at("items").as_array()[0].at("kind").as_string(), "document_approval");
  EXPECT_EQ(server.call(vera, "POST", address("quotes", id) + ":return", {{"note", "много"}}).body.at("state").as_string(), "draft");
  EXPECT_EQ(get(address("quotes", id)).at("approval_note").as_string(), "много");
  EXPECT_EQ(send(id), "approval");
  const auto approved = server.call(vera, "POST", address("quotes", id) + ":approve");
  ASSERT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(approved.body.at("state").as_string(), "sent");
  EXPECT_EQ(approved.body.at("approved_by").at("id").as_int64(), vera.id);
  EXPECT_FALSE(approved.body.at("number").is_null());
  EXPECT_EQ(server.call(boris, "POST", address("quotes", id) + ":accept").body.at("state").as_string(), "accepted");
}

TEST_P(QuoteTest, AClientSeesTheOfferByItsLinkAndTheOwnerSeesThat) {
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}, {"create", "all"}, {"update", "own"}}}});
  const auto id = document("quotes", {line("Окно <b>", "2", "1234.5")}, {{"owner", boris.id}, {"comment", "внутреннее"}});
  const auto link = server.call(boris, "POST", address("quotes", id) + "/share-links", {{"recipient", "Иванов"}});
  ASSERT_EQ(link.status, 201) << link.text;
  const std::string token(link.body.at("token").as_string());
  ASSERT_EQ(token.size(), 32u) << link.text;
  EXPECT_EQ(server.send({}, "GET", "/shared/" + token, {}).status, 404) << "a draft is nobody's business";
  posted("quotes", id);
  const auto seen = server.send({}, "GET", "/shared/" + token, {});
  ASSERT_EQ(seen.status, 200) << seen.text;
  EXPECT_EQ(seen.body.at("document").at("amount").as_string(), "2469.00");
  EXPECT_EQ(seen.text.find("внутреннее"), std::string::npos);
  EXPECT_EQ(seen.text.find("margin"), std::string::npos);
  const auto page = server.send({}, "GET", "//shared/" + token, {});
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.text.find("Окно &lt;b&gt;"), std::string::npos) << page.text.substr(0, 400);
  EXPECT_NE(page.text.find("2\u00a0469,00"), std::string::npos);
  const auto links = get("/share-links?fields=views,first_viewed_at").at("items").as_array();
  EXPECT_EQ(links[0].at("views").as_int64(), 2);
  EXPECT_FALSE(get(address("quotes", id)).at("viewed_at").is_null());
  const auto notices = server.get(boris, "/notices").body.at("items").as_array();
  EXPECT_EQ(std::count_if(notices.begin(), notices.end(), [](const auto& notice) { return notice.at("kind") == "document_viewed"; }), 1);
  EXPECT_EQ(server.send({}, "POST", "/shared/" + token + ":accept", {}).status, 303);
  EXPECT_EQ(get(address("quotes", id)).at("state").as_string(), "accepted");
  EXPECT_EQ(patch(address("share-links", link.id()), {{"is_active", false}}).status, 200);
  EXPECT_EQ(server.send({}, "GET", "/shared/" + token, {}).status, 404);
  EXPECT_EQ(server.send({}, "GET", "//shared/" + token, {}).status, 404);
  EXPECT_EQ(server.send({}, "GET", "/shared/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", {}).status, 404);
}

TEST_P(QuoteTest, AFormSeesTheDocumentWithBothParties) {
  const auto unit = get("/units?filter[code]=796&fields=id").at("items").as_array()[0].at("id");
  EXPECT_EQ(
      patch(address("companies", client), {{"addresses", json::array{json::object{{"kind", "legal"}, {"text", "Москва, Тверская, 1"}}}}})
          .status,
      200);
  const auto contract = create("/contracts", {{"company", client}, {"external_number", "Д-7"}, {"date", "2026-02-03"}});
  json::object item = line("Болт", "2.50", "100");
  item["unit"] = unit;
  const auto id = document("invoices", {item}, {{"contract", contract}, {"date", "2026-11-22"}});
  posted("invoices", id);
  const auto data = get(address("invoices", id) + "/form-data");
  EXPECT_EQ(data.at("document").at("kind").as_string(), "invoice");
  EXPECT_EQ(data.at("document").at("amount").as_string(), "250.00");
  EXPECT_EQ(data.at("document").at("date").as_string(), "2026-11-22");
  EXPECT_EQ(data.at("document").at("number").as_string(), "РМ-00001");
  const auto& first = data.at("lines").as_array()[0];
  EXPECT_EQ(first.at("quantity").as_string(), "2.5");
  EXPECT_EQ(first.at("price").as_string(), "100.00");
  EXPECT_EQ(first.at("unit").at("code").as_string(), "796");
  EXPECT_EQ(first.at("vat_rate").at("rate").as_string(), "22");
  EXPECT_EQ(data.at("seller").at("inn").as_string(), "7707083893");
  EXPECT_EQ(data.at("seller_account").at("bik").as_string(), "044525225");
  EXPECT_EQ(data.at("buyer").at("legal_address").as_string(), "Москва, Тверская, 1");
  EXPECT_EQ(data.at("contract").at("number").as_string(), "Д-7");
  EXPECT_EQ(data.at("vat_totals").as_array()[0].at("vat_amount").as_string(), "45.08");
  EXPECT_TRUE(data.at("basis").is_null());
  EXPECT_TRUE(data.at("images").at("logo").is_null());
}

TEST_P(QuoteTest, SettlementsAreWhatWasShipped) {
  const auto ship = [&](const char* date, const char* price) {
    posted("acts", document("acts", {line("Услуга", "1", price)}, {{"date", date}}));
  };
  ship("2026-01-10", "100");
  ship("2026-02-10", "200.50");
  ship("2026-03-10", "400");
  document("acts", {line("Черновик", "1", "5000")}, {{"date", "2026-02-11"}});
  const auto found = get("/reconciliation?company=" + std::to_string(client) + "&from=2026-02-01&to=2026-02-28");
  EXPECT_EQ(found.at("opening").at("debit").as_string(), "100.00");
  ASSERT_EQ(found.at("rows").as_array().size(), 1u);
  EXPECT_EQ(found.at("rows").as_array()[0].at("debit").as_string(), "200.50");
  EXPECT_EQ(found.at("closing").at("debit").as_string(), "300.50");
  EXPECT_EQ(found.at("left_out").as_int64(), 0);
  EXPECT_EQ(server.get(server.admin(), "/reconciliation?from=2026-02-01&to=2026-02-28").status, 400);
}

INSTANTIATE_TEST_SUITE_P(Databases, QuoteTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace documents
