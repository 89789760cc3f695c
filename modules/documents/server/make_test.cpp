// Documents out of documents: links, remains, and that nothing is lost on the way.
#include <random>

#include <cstdlib>
#include <fstream>

#include "modules/documents/server/documents_testing.hpp"

namespace documents {

namespace {

json::object line(const std::string& name, const std::string& quantity, const std::string& price) {
  return {{"name", name}, {"quantity", quantity}, {"price", price}};
}

class MakeTest : public DocumentsTest {};

TEST_P(MakeTest, TheWholeWayKeepsLinksAndSums) {
  const auto quote = document("quotes", {line("Станок", "2", "1830.55"), line("Пусконаладка", "1.5", "777.77")},
                              {{"vat_mode", "added"}, {"payment_terms", "Аванс"}});
  const std::string sum = amount(posted("quotes", quote));
  const auto order = make("quotes", quote, "sales_order");
  EXPECT_EQ(order.at("basis").at("entity").as_string(), "quote");
  EXPECT_EQ(order.at("basis").at("id").as_int64(), quote);
  const auto invoice = make("sales-orders", order.at("id").as_int64(), "invoice");
  const auto act = make("invoices", invoice.at("id").as_int64(), "act");
  const auto tax = make("acts", act.at("id").as_int64(), "tax_invoice");
  for (const auto& each : {order, invoice, act, tax}) {
    EXPECT_EQ(amount(each), sum);
    EXPECT_EQ(each.at("company").at("id").as_int64(), client);
  }
  const auto first = lines_of("quote", quote), last = lines_of("tax_invoice", tax.at("id").as_int64());
  ASSERT_EQ(first.size(), last.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (const char* field : {"name", "quantity", "price"}) EXPECT_EQ(first[i].at(field), last[i].at(field));
    EXPECT_EQ(amount(first[i], "vat_amount"), amount(last[i], "vat_amount"));
  }
  EXPECT_EQ(faults(post(address("acts", act.at("id").as_int64()) + ":make", {{"to", "quote"}})), Faults{"to basis_not_allowed"});
}

TEST_P(MakeTest, PartsLeaveWhatRemains) {
  const auto order = document("sales-orders", {line("Болт", "10", "10"), line("Гайка", "4", "5")});
  const auto lines = lines_of("sales_order", order);
  const auto bolt = lines[0].at("id").as_int64();
  const auto part = make("sales-orders", order, "invoice", {{"lines", json::array{json::object{{"line", bolt}, {"quantity", "4"}}}}});
  EXPECT_EQ(amount(part), "40.00");
  const auto left = get(address("sales-orders", order) + "/remains?to=invoice").at("items").as_array();
  EXPECT_EQ(left[0].at("left").as_string(), "6.000000");
  EXPECT_EQ(left[1].at("left").as_string(), "4.000000");
  EXPECT_EQ(faults(post(address("sales-orders", order) + ":make",
                        {{"to", "invoice"}, {"lines", json::array{json::object{{"line", bolt}, {"quantity", "6.000001"}}}}})),
            Faults{"lines[0].quantity more_than_remains"});
  const auto rest = make("sales-orders", order, "invoice");
  EXPECT_EQ(amount(rest), "80.00");
  EXPECT_EQ(post(address("sales-orders", order) + ":make", {{"to", "invoice"}}).status, 422) << "nothing remains";
  EXPECT_EQ(amount(make("sales-orders", order, "waybill")), "120.00") << "shipment has remains of its own";
  EXPECT_EQ(post(address("invoices", part.at("id").as_int64()) + ":make", {{"to", "act"}}).status, 422)
      << "it is shipped by the order's own waybill";
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("invoices", rest.at("id").as_int64())).status, 204);
  EXPECT_EQ(amount(make("sales-orders", order, "invoice")), "80.00") << "what is deleted gives back";
  EXPECT_EQ(post(address("invoices", rest.at("id").as_int64()) + ":restore").status, 400) << "and does not come back over it";
}

TEST_P(MakeTest, ACancelledDocumentGivesBackAndMakesNothing) {
  const auto order = document("sales-orders", {line("Болт", "10", "10")});
  const auto invoice = make("sales-orders", order, "invoice").at("id").as_int64();
  posted("invoices", invoice);
  const auto act = make("invoices", invoice, "act").at("id").as_int64();
  posted("acts", act);
  EXPECT_EQ(faults(post(address("invoices", invoice) + ":cancel")), Faults{"state has_followers"});
  EXPECT_EQ(post(address("acts", act) + ":cancel").status, 200);
  EXPECT_EQ(post(address("invoices", invoice) + ":cancel", {{"reason", "передумали"}}).status, 200);
  EXPECT_EQ(post(address("invoices", invoice) + ":make", {{"to", "act"}}).status, 422);
  EXPECT_EQ(amount(make("sales-orders", order, "invoice")), "100.00");
}

TEST_P(MakeTest, AShipmentTakesTheRateOfItsDayAndSaysSo) {
  const auto invoice = document("invoices", {line("Товар", "1", "1200")}, {{"date", "2025-12-20"}});
  const auto answer = post(address("invoices", invoice) + ":make", {{"to", "act"}, {"date", "2026-01-15"}});
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(amount(answer.body.at("record"), "vat_amount"), "216.39");
  ASSERT_EQ(answer.body.at("notes").as_array().size(), 1u);
  EXPECT_EQ(answer.body.at("notes").as_array()[0].at("to").as_string(), "НДС 22 %");
  EXPECT_EQ(amount(get(address("invoices", invoice)), "vat_amount"), "200.00") << "the bill keeps its own";
}

TEST_P(MakeTest, TaxInvoicesForAdvancesAndCorrections) {
  const auto reduced = get("/vat-rates?filter[code]=reduced&fields=id").at("items").as_array()[0].at("id");
  json::object food = line("Хлеб", "10", "110");
  food["vat_rate"] = reduced;
  const auto invoice = document("invoices", {line("Стол", "1", "2440"), food});
  posted("invoices", invoice);
  EXPECT_EQ(faults(post(address("invoices", invoice) + ":make", {{"to", "tax_invoice"}, {"kind", "advance"}})), Faults{"sum required"});
  EXPECT_EQ(faults(post(address("invoices", invoice) + ":make", {{"to", "tax_invoice"}, {"kind", "sale"}})),
            Faults{"kind basis_not_allowed"});
  const auto advance = make("invoices", invoice, "tax_invoice", {{"kind", "advance"}, {"sum", "1000.01"}});
  EXPECT_EQ(amount(advance), "1000.01") << "not a kopeck is lost between the rates";
  EXPECT_EQ(lines_of("tax_invoice", advance.at("id").as_int64()).size(), 2u);
  posted("tax-invoices", advance.at("id").as_int64());

  const auto act = make("invoices", invoice, "waybill").at("id").as_int64();
  posted("waybills", act);
  const auto tax = make("waybills", act, "tax_invoice");
  EXPECT_NE(tax.at("advance_documents").as_string().find("РМ-00001"), std::string::npos) << "line 5б";
  EXPECT_NE(tax.at("shipment_documents").as_string().find("РМ-00001"), std::string::npos);
  posted("tax-invoices", tax.at("id").as_int64());
  const auto lines = lines_of("tax_invoice", tax.at("id").as_int64());
  const auto correction = make("tax-invoices", tax.at("id").as_int64(), "tax_invoice",
                               {{"lines", json::array{json::object{{"line", lines[1].at("id")}, {"quantity", "8"}}}}});
  EXPECT_EQ(correction.at("kind").as_string(), "correction");
  EXPECT_EQ(amount(correction, "difference_amount"), "-220.00");
  EXPECT_EQ(amount(correction, "difference_vat"), "-20.00");
  const auto data = get(address("tax-invoices", correction.at("id").as_int64()) + "/form-data");
  EXPECT_EQ(data.at("before_lines").as_array()[1].at("quantity").as_string(), "10");
  EXPECT_EQ(data.at("lines").as_array()[1].at("quantity").as_string(), "8");
  const auto& changes = data.at("changes").as_array();
  ASSERT_EQ(changes.size(), lines.size());
  EXPECT_EQ(changes[0].at("increase").at("amount").as_string(), "0.00");
  EXPECT_EQ(changes[1].at("decrease").at("amount").as_string(), "220.00");
  EXPECT_EQ(data.at("changes_total").at("decrease").at("vat_amount").as_string(), "20.00");
  EXPECT_EQ(data.at("changes_total").at("increase").at("net_amount").as_string(), "0.00");
  const auto form = server.get(server.admin(), address("tax-invoices", correction.at("id").as_int64()) + "/print?form=correction");
  EXPECT_TRUE(form.status == 200 && form.text.starts_with("%PDF-")) << form.text.substr(0, 500);
  if (const char* folder = std::getenv("MATVEY_TEST_FORMS"))
    std::ofstream(std::string(folder) + "/correction.pdf", std::ios::binary) << form.text;
}

TEST_P(MakeTest, WithoutTaxThereIsNoTaxInvoiceAndTheUpdHasStatusTwo) {
  const auto simple = create("/own-companies", {{"name", "ИП Петров"}, {"tax_regime", "usn"}});
  const auto invoice = document("invoices", {line("Услуга", "1", "1000")}, {{"own_company", simple}});
  EXPECT_EQ(get(address("invoices", invoice)).at("vat_mode").as_string(), "exempt");
  const auto waybill = make("invoices", invoice, "waybill");
  EXPECT_EQ(waybill.at("form").as_string(), "upd2");
  const auto id = waybill.at("id").as_int64();
  EXPECT_EQ(patch(address("waybills", id), {{"form", "upd1"}}).status, 200);
  EXPECT_EQ(faults(post(address("waybills", id) + ":post")), Faults{"form upd1_needs_vat"});
  const auto act =
      make("invoices", document("invoices", {line("Услуга", "1", "1000")}, {{"own_company", simple}}), "act").at("id").as_int64();
  const auto tax = make("acts", act, "tax_invoice").at("id").as_int64();
  EXPECT_EQ(faults(post(address("tax-invoices", tax) + ":post")), Faults{"vat_mode tax_invoice_needs_vat"});
}

TEST_P(MakeTest, ADealBecomesAQuoteWithItsProducts) {
  const auto deal = create("/deals", {{"name", "Сделка"}, {"company", client}});
  create("/deal-lines", {{"deal", deal}, {"name", "Болт"}, {"quantity", "3"}, {"price", "10.50"}, {"discount", "10"}});
  const auto quote = make("deals", deal, "quote");
  EXPECT_EQ(quote.at("company").at("id").as_int64(), client);
  EXPECT_EQ(quote.at("deal").at("id").as_int64(), deal);
  EXPECT_EQ(amount(quote), "28.35");
}

// Random orders taken apart in random portions: the portions are the whole, for quantities and for money.
TEST_P(MakeTest, NothingIsLostInPortions) {
  std::mt19937 random(11);
  const auto pick = [&](int low, int high) { return static_cast<int>(random() % static_cast<unsigned>(high - low + 1)) + low; };
  for (int round = 0; round < 4; ++round) {
    json::array lines;
    for (int i = pick(1, 5); i > 0; --i)
      lines.push_back(line("Товар " + std::to_string(i), std::to_string(pick(1, 40)) + (round % 2 == 0 ? "" : ".25"),
                           std::to_string(pick(1, 5000)) + "." + std::to_string(pick(10, 99))));
    const auto order =
        document("sales-orders", lines, {{"vat_mode", round < 2 ? "added" : "included"}, {"rounding", round % 2 == 0 ? "line" : "total"}});
    const auto whole = get(address("sales-orders", order));
    std::map<std::int64_t, std::int64_t> taken;  // quantity by line, scale 6
    std::int64_t sum = 0;
    int parts = 0;
    while (true) {
      json::array chosen;
      std::map<std::int64_t, std::int64_t> portion;
      const auto remains = get(address("sales-orders", order) + "/remains?to=invoice");
      for (const auto& each : remains.at("items").as_array()) {
        const auto left = base::parse_decimal(each.at("left").as_string(), 6)->units;
        if (left == 0) continue;
        const std::int64_t part = parts > 8 ? left : std::min<std::int64_t>(left, pick(1, 20) * 1'000'000);
        portion[each.at("line").as_int64()] = part;
        chosen.push_back(json::object{{"line", each.at("line")}, {"quantity", base::to_string(base::Decimal{part, 6})}});
      }
      if (chosen.empty()) break;
      const auto invoice = make("sales-orders", order, "invoice", {{"lines", chosen}});
      ASSERT_NE(invoice.at("id").as_int64(), 0);
      sum += units(amount(invoice, "net_amount")) + units(amount(invoice, "vat_amount"));
      for (const auto& [id, part] : portion) taken[id] += part;
      ++parts;
    }
    std::size_t count = 0;
    for (const auto& each : lines_of("sales_order", order)) {
      EXPECT_EQ(taken[each.at("id").as_int64()], base::parse_decimal(each.at("quantity").as_string(), 6)->units);
      ++count;
    }
    const auto rounding = static_cast<std::int64_t>(count) * parts * 2;  // each portion of a line is rounded on its own, sum and tax
    EXPECT_LE(std::abs(sum - units(amount(whole))), rounding) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, MakeTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace documents
