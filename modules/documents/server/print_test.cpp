// Printing through the API: files, forms of one's own, what is refused.
#include "modules/documents/server/documents_testing.hpp"

namespace documents {

namespace {

class PrintTest : public DocumentsTest {
 protected:
  std::int64_t invoice() {
    return document("invoices", {{{"name", "Стол письменный"}, {"quantity", "2"}, {"price", "1000"}},
                                 {{"name", "Стул"}, {"quantity", "3"}, {"price", "500.50"}}});
  }
  app::Answer file(const std::string& path) { return server.get(server.admin(), path); }
  app::Answer preview(const json::object& body) { return post("/print-forms:preview", body); }
};

TEST_P(PrintTest, EachKindOfDocumentIsPrintedByTheFormsThatFitIt) {
  const json::array lines{{{"name", "Стол"}, {"quantity", "2"}, {"price", "1000"}}};
  for (const char* plural : {"quotes", "sales-orders", "invoices", "contracts", "acts", "waybills", "tax-invoices"}) {
    SCOPED_TRACE(plural);
    const auto id = document(plural, lines);
    for (const char* format : {"pdf", "docx", "xlsx"}) {
      const auto answer = file(address(plural, id) + "/print?format=" + format);
      ASSERT_EQ(answer.status, 200) << answer.text;
      EXPECT_TRUE(answer.text.starts_with(std::string(format) == "pdf" ? "%PDF-" : "PK"));
    }
  }
}

TEST_P(PrintTest, EveryShippedFormTakesTheDataOfEachOfItsEntities) {
  const json::array lines{{{"name", "Стол"}, {"quantity", "2"}, {"price", "1000"}}};
  const auto forms = get("/print-forms");
  int printed = 0;
  for (const auto& form : forms.at("items").as_array()) {
    for (const auto& entity : form.at("entities").as_array()) {
      if (entity == "company") continue;
      std::string plural(entity.as_string());
      std::replace(plural.begin(), plural.end(), '_', '-');
      plural += "s";
      const auto id = document(plural, lines);
      const auto answer = file(address(plural, id) + "/print?form=" + std::string(form.at("key").as_string()));
      EXPECT_EQ(answer.status, 200) << entity << " " << form << answer.text;
      ++printed;
    }
  }
  EXPECT_GE(printed, 10);
}

TEST_P(PrintTest, WhoDoesNotSeeEveryFieldPrintsAllTheSame) {
  const json::array lines{{{"name", "Стол"}, {"quantity", "2"}, {"price", "1000"}}};
  const json::object values{{"phones", {"8 495 123-45-67"}}, {"legal_name", "ООО «Тайна»"}};
  ASSERT_EQ(patch(address("companies", client), values).status, 200);
  const auto contact = create("/contacts", {{"name", "Иван Петров"}, {"phones", {"8 912 345-67-89"}}});
  json::object rights{{"*", {{"read", "all"}}},
                      {"company", {{"read", "all"}, {"hidden", {"inn", "kpp", "legal_name", "phones", "emails", "addresses"}}}},
                      {"contact", {{"read", "all"}, {"hidden", {"phones", "position"}}}}};
  for (const char* kind : {"quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"})
    rights[kind] = {{"read", "all"}, {"hidden", {"amount", "vat_amount", "net_amount", "currency", "date", "comment", "number", "owner"}}};
  const auto vera = server.add_user("Вера", rights);
  const std::string inn(get(address("companies", client)).at("inn").as_string());
  int printed = 0;
  const auto forms = get("/print-forms");
  for (const auto& form : forms.at("items").as_array()) {
    for (const auto& entity : form.at("entities").as_array()) {
      if (entity == "company") continue;
      std::string plural(entity.as_string());
      std::replace(plural.begin(), plural.end(), '_', '-');
      const auto id = document(plural + "s", lines, {{"contact", contact}});
      const auto answer = server.call(vera, "POST", "/print-forms:preview", {{"form", form.at("key")}, {"entity", entity}, {"id", id}});
      ASSERT_EQ(answer.status, 200) << entity << " " << form << answer.text;
      for (const auto& secret : {inn, std::string("Тайна"), std::string("123-45-67"), std::string("345-67-89")})
        EXPECT_EQ(answer.text.find(secret), std::string::npos) << entity << " " << form << " " << secret;
      ++printed;
    }
  }
  EXPECT_GE(printed, 10);
  const std::string query = "?company=" + std::to_string(client) + "&from=2026-01-01&to=2026-12-31";
  EXPECT_EQ(server.get(vera, "/reconciliation/print" + query).status, 200);
}

TEST_P(PrintTest, WhatARoleHidesOfLinesIsNotPrinted) {
  const json::array lines{{{"name", "Стол"}, {"quantity", "7"}, {"price", "1234.56"}}};
  const auto vera = server.add_user("Вера", {{"*", {{"read", "all"}}}, {"document_line", {{"read", "all"}, {"hidden", {"price"}}}}});
  json::object hides_sums{{"*", {{"read", "all"}}},
                          {"document_line", {{"read", "all"}, {"hidden", {"price", "net_amount", "vat_amount", "amount", "quantity"}}}}};
  for (const char* kind : {"quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"})
    hides_sums[kind] = {{"read", "all"}, {"hidden", {"amount", "vat_amount", "net_amount"}}};
  const auto nina = server.add_user("Нина", hides_sums);
  int printed = 0;
  const auto forms = get("/print-forms");
  for (const auto& form : forms.at("items").as_array()) {
    for (const auto& entity : form.at("entities").as_array()) {
      if (entity == "company") continue;
      std::string plural(entity.as_string());
      std::replace(plural.begin(), plural.end(), '_', '-');
      auto id = document(plural + "s", lines);
      if (form.at("key") == "correction") {  // of what changed: the price
        posted("tax-invoices", id);
        const json::object changed{{"line", lines_of("tax_invoice", id)[0].at("id")}, {"quantity", "7"}, {"price", "1000"}};
        id = make("tax-invoices", id, "tax_invoice", {{"lines", json::array{changed}}}).at("id").as_int64();
      }
      const auto print = [&](const app::TestUser& user) {
        const auto answer = server.call(user, "POST", "/print-forms:preview", {{"form", form.at("key")}, {"entity", entity}, {"id", id}});
        EXPECT_EQ(answer.status, 200) << entity << " " << form << answer.text;
        return answer.status == 200 ? std::string(answer.body.at("html").as_string()) : std::string();
      };
      EXPECT_NE(print(server.admin()).find("Стол"), std::string::npos) << entity << " " << form;
      const std::string page = print(nina);
      EXPECT_NE(page.find("Стол"), std::string::npos) << entity << " " << form;
      // 7 × 1 234.56 = 8 641.92; the VAT of 22 % in it 1 558.38, without it 7 083.54.
      for (const char* secret : {"234,56", "641,92", "558,38", "083,54", "сорок один рубль"})
        EXPECT_EQ(page.find(secret), std::string::npos) << entity << " " << form << " " << secret;
      ++printed;
    }
  }
  EXPECT_GE(printed, 10);
  const auto id = invoice();
  const json::object body{
      {"entity", "invoice"}, {"id", id}, {"body", "{{#for l in lines}}[{{ l.price | money }}|{{ l.amount | money }}]{{/for}}"}};
  EXPECT_EQ(server.call(vera, "POST", "/print-forms:preview", body).status, 403) << "who may not edit templates";
  const auto data = server.get(vera, address("invoices", id) + "/form-data");
  ASSERT_EQ(data.status, 200) << data.text;
  for (const auto& line : data.body.at("lines").as_array()) {
    EXPECT_TRUE(line.at("price").is_null()) << data.text;
    EXPECT_TRUE(line.at("amount").is_string()) << data.text;
  }
  EXPECT_TRUE(data.body.at("totals").at("amount").is_string());
}

TEST_P(PrintTest, SeveralFormsMakeOnePdfAndOnlyPdf) {
  const auto id = document("waybills", {{{"name", "Стол"}, {"quantity", "2"}, {"price", "1000"}}});
  const std::string path = address("waybills", id) + "/print?form=upd,torg12,tax_invoice";
  const auto all = file(path);
  ASSERT_EQ(all.status, 200) << all.text;
  EXPECT_GT(all.text.size(), file(address("waybills", id) + "/print?form=upd").text.size());
  EXPECT_EQ(faults(file(path + "&format=docx")), Faults{"form too_many"});
  EXPECT_EQ(faults(file(address("waybills", id) + "/print?form=nothing")), Faults{"form unknown_option"});
  EXPECT_EQ(faults(file(address("waybills", id) + "/print?form=invoice")), Faults{"form unknown_option"});
  EXPECT_EQ(faults(file(address("waybills", id) + "/print?format=rtf")), Faults{"format unknown_option"});
  EXPECT_EQ(file("/waybills/999999/print").status, 404);
}

TEST_P(PrintTest, ATemplateOfOnesOwnTakesThePlaceOfTheShippedOne) {
  const auto id = invoice();
  create("/print-templates",
         {{"key", "invoice"}, {"name", "Наш счёт"}, {"entity", "invoice"}, {"body", "<p>Итого {{ document.amount | money }}</p>"}});
  const auto forms = get("/print-forms?entity=invoice");
  bool found = false;
  for (const auto& form : forms.at("items").as_array()) found = found || (form.at("name") == "Наш счёт" && form.at("is_own").as_bool());
  EXPECT_TRUE(found) << forms;
  EXPECT_EQ(get("/print-forms/invoice").at("body"), "<p>Итого {{ document.amount | money }}</p>");
  EXPECT_EQ(file(address("invoices", id) + "/print").status, 200);
}

TEST_P(PrintTest, AnErrorInATemplateNamesItsLineColumnAndField) {
  const auto id = invoice();
  const auto answer = preview({{"entity", "invoice"}, {"id", id}, {"body", "<p>\n{{ document.numbr }}</p>"}});
  EXPECT_EQ(answer.status, 400) << answer.text;
  EXPECT_EQ(faults(answer), Faults{"body template_unknown_field"});
  EXPECT_NE(answer.text.find("document.numbr"), std::string::npos) << answer.text;
  const auto good =
      preview({{"entity", "invoice"}, {"id", id}, {"body", "{{ count(lines) }} на {{ document.amount | words(document.currency) }}"}});
  ASSERT_EQ(good.status, 200) << good.text;
  EXPECT_EQ(good.body.at("html").as_string(), "2 на Три тысячи пятьсот один рубль 50 копеек");
  EXPECT_EQ(preview({{"form", "upd"}}).status, 200) << "an invented document where none is named";
}

TEST_P(PrintTest, WhoMayNotReadADocumentMayNotPrintItAndWhoMayNotEditTemplatesMayNotTryThem) {
  const auto id = invoice();
  const auto stranger = server.add_user("Борис", {{"invoice", {{"read", "own"}}}});
  EXPECT_EQ(server.get(stranger, address("invoices", id) + "/print").status, 404);
  EXPECT_EQ(server.call(stranger, "POST", "/print-forms:preview", {{"form", "invoice"}, {"entity", "invoice"}, {"id", id}}).status, 404);
  EXPECT_EQ(server.call(stranger, "POST", "/print-forms:preview", {{"body", "x"}}).status, 403);
  EXPECT_EQ(server.call(stranger, "POST", "/print-forms:preview", {{"form", "invoice"}}).status, 200);
}

TEST_P(PrintTest, TheStatementOfReconciliationIsPrinted) {
  const std::string query = "?company=" + std::to_string(client) + "&from=2026-01-01&to=2026-12-31&own_company=" + std::to_string(own);
  const auto answer = file("/reconciliation/print" + query);
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_TRUE(answer.text.starts_with("%PDF-"));
  EXPECT_EQ(file("/reconciliation/print?from=2026-01-01&to=2026-12-31").status, 400);
}

INSTANTIATE_TEST_SUITE_P(Databases, PrintTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace documents
