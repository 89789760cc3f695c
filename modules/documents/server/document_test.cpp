// Heads and lines: sums, numbers, what is kept once posted.
#include "modules/documents/server/documents_testing.hpp"

namespace documents {

namespace {

json::object line(const char* name, const char* quantity, const char* price) {
  return {{"name", name}, {"quantity", quantity}, {"price", price}};
}

TEST_P(DocumentsTest, ADocumentComesWithItsLinesAndSums) {
  const auto id = document("invoices", {line("Доставка", "1", "1220"), line("Болт", "2.5", "10.1")});
  const auto invoice = get(address("invoices", id));
  EXPECT_EQ(invoice.at("own_company").at("id").as_int64(), own);
  EXPECT_EQ(invoice.at("vat_mode").as_string(), "included");
  EXPECT_EQ(invoice.at("currency").as_string(), "RUB");
  EXPECT_EQ(invoice.as_object().if_contains("lines"), nullptr) << "a way in, not a value";
  EXPECT_EQ(amount(invoice), "1245.25");
  EXPECT_EQ(amount(invoice, "vat_amount"), "224.55");
  EXPECT_EQ(amount(invoice, "net_amount"), "1020.70");
  const auto lines = lines_of("invoice", id);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(amount(lines[1], "amount"), "25.25");
  EXPECT_EQ(amount(lines[1], "vat_amount"), "4.55");
  EXPECT_EQ(lines[1].at("vat_rate").at("title").as_string(), "НДС 22 %");
}

TEST_P(DocumentsTest, LinesOnTheirOwnMoveTheSums) {
  const auto id = document("invoices", {line("Первая", "1", "100")}, {{"vat_mode", "added"}});
  const json::object head{{"entity", "invoice"}, {"id", id}};
  const auto second = create("/document-lines", {{"document", head}, {"name", "Вторая"}, {"quantity", "2"}, {"price", "50"}});
  EXPECT_EQ(amount(get(address("invoices", id))), "244.00");
  EXPECT_EQ(patch(address("document-lines", second), {{"discount_percent", "10"}}).status, 200);
  EXPECT_EQ(amount(get(address("invoices", id))), "231.80");
  EXPECT_EQ(get(address("invoices", id)).at("max_discount").as_string(), "10.00");
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("document-lines", second)).status, 204);
  EXPECT_EQ(amount(get(address("invoices", id))), "122.00");
  EXPECT_EQ(post(address("document-lines", second) + ":restore").status, 200);
  EXPECT_EQ(amount(get(address("invoices", id))), "231.80");
  EXPECT_EQ(patch(address("invoices", id), {{"vat_mode", "exempt"}}).status, 200);
  EXPECT_EQ(amount(get(address("invoices", id))), "190.00");
  EXPECT_EQ(amount(lines_of("invoice", id)[0], "vat_amount"), "0.00");
}

TEST_P(DocumentsTest, APriceOfOnesOwnHasNoReasonInTheCatalogue) {
  const auto product = create("/products", {{"name", "Мука"}, {"kind", "product"}});
  const auto list = create("/price-lists", {{"name", "Опт"}, {"currency", "RUB"}});
  create("/price-rows", {{"price_list", list}, {"product", product}, {"price", "50"}});
  const auto id = document("invoices", {{{"product", product}, {"quantity", "2"}}});
  const auto before = lines_of("invoice", id)[0];
  EXPECT_EQ(before.at("price").as_string(), "50.0000");
  EXPECT_EQ(before.at("price_reason").as_string(), "Опт");
  const auto change = [&](json::object line) {
    line["id"] = before.at("id");
    EXPECT_EQ(patch(address("invoices", id), {{"lines", json::array{line}}}).status, 200);
    return lines_of("invoice", id)[0];
  };
  EXPECT_FALSE(change({{"quantity", "3"}, {"price", "50"}}).at("price_reason").is_null()) << "sent back as it was read";
  EXPECT_TRUE(change({{"price", "45"}}).at("price_reason").is_null());
  const auto after = change({{"price", nullptr}});
  EXPECT_EQ(after.at("price").as_string(), "50.0000") << "nothing asks the catalogue again";
  EXPECT_FALSE(after.at("price_reason").is_null());
}

TEST_P(DocumentsTest, AListReplacesTheLinesAsAWhole) {
  const auto id = document("quotes", {line("А", "1", "10"), line("Б", "1", "20"), line("В", "1", "30")});
  const auto before = lines_of("quote", id);
  json::object kept = line("Б2", "3", "20");
  kept["id"] = before[1].at("id");
  const auto answer = patch(address("quotes", id), {{"lines", json::array{kept, line("Г", "1", "5")}}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(amount(answer.body), "65.00");
  const auto after = lines_of("quote", id);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0].at("id"), before[1].at("id"));
  EXPECT_EQ(after[0].at("name").as_string(), "Б2");
  EXPECT_EQ(answer.body.at("version").as_int64(), 2);
}

TEST_P(DocumentsTest, WrongFiguresAreNamedByLineAndFieldAndNothingIsHalfSaved) {
  const json::array lines{
      line("Верная", "1", "10"),   line("Ноль", "0", "10"),     line("Минус", "-1", "10"),     line("Огромная", "1", "999999999999999"),
      line("Не число", "x", "10"), line("Цена ноль", "1", "0"), line("Цена минус", "1", "-3"), {{"quantity", "1"}, {"price", "1"}}};
  const auto answer = post("/invoices", {{"company", client}, {"lines", lines}});
  EXPECT_EQ(answer.status, 400);
  std::vector<std::string> paths;
  for (const auto& fault : faults(answer)) paths.push_back(fault.substr(0, fault.find(' ')));
  for (const char* path : {"lines[1].quantity", "lines[2].quantity", "lines[3].price", "lines[4].quantity", "lines[5].price",
                           "lines[6].price", "lines[7].name"})
    EXPECT_NE(std::find(paths.begin(), paths.end(), path), paths.end()) << path << " " << answer.text;
  EXPECT_EQ(std::count_if(paths.begin(), paths.end(), [](const auto& path) { return path.starts_with("lines[0]"); }), 0);
  EXPECT_EQ(get("/invoices?count=exact").at("count").at("value").as_int64(), 0);
  EXPECT_EQ(get("/document-lines?count=exact").at("count").at("value").as_int64(), 0);
  const auto fits = post("/invoices", {{"company", client}, {"lines", json::array{line("Много", "99999999", "99999999999999")}}});
  EXPECT_EQ(faults(fits), Faults{"lines[0].price amount_overflow"}) << fits.text;
}

TEST_P(DocumentsTest, ALineTakesItsValuesFromTheCatalogue) {
  const auto unit = get("/units?filter[code]=796&fields=id").at("items").as_array()[0].at("id").as_int64();
  const auto product = create("/products", {{"name", "Дрель"}, {"article", "D-1"}, {"unit", unit}, {"price", "122"}, {"cost", "60"}});
  create("/discount-rules", {{"name", "Осень"}, {"percent", "10"}, {"min_quantity", "5"}});
  const auto id = document("quotes", {json::object{{"product", product}, {"quantity", "5"}},
                                      json::object{{"product", product}, {"quantity", "1"}, {"price", "100"}}});
  const auto lines = lines_of("quote", id);
  EXPECT_EQ(lines[0].at("name").as_string(), "Дрель");
  EXPECT_EQ(lines[0].at("discount_percent").as_string(), "10.00");
  EXPECT_NE(lines[0].at("price_reason").as_string().find("Осень"), std::string::npos);
  EXPECT_EQ(amount(lines[0], "amount"), "549.00");
  EXPECT_EQ(amount(lines[1], "amount"), "100.00") << "a price that is given stays";
  const auto quote = get(address("quotes", id));
  EXPECT_EQ(amount(quote, "cost"), "360.00");
  EXPECT_EQ(amount(quote, "margin"), "171.97") << "531.97 without tax less 360";
  EXPECT_EQ(amount(quote, "cost_materials"), "360.00");
  const auto free = create("/products", {{"name", "Без цены"}});
  EXPECT_EQ(faults(post("/quotes", {{"company", client}, {"lines", json::array{json::object{{"product", free}}}}})),
            Faults{"lines[0].price price_unknown"});
}

TEST_P(DocumentsTest, TaxIsThatOfTheDay) {
  const json::array lines{line("Товар", "1", "1200")};
  const auto old = document("acts", lines, {{"date", "2025-12-31"}});
  EXPECT_EQ(amount(get(address("acts", old)), "vat_amount"), "200.00");
  EXPECT_EQ(faults(patch(address("acts", old), {{"date", "2026-01-01"}})), Faults{"lines[0].vat_rate vat_rate_of_other_day"});
  const auto rate22 = get("/vat-rates?filter[name]=НДС%2022%20%25&fields=id").at("items").as_array()[0].at("id");
  json::object early = line("Заранее", "1", "1220");
  early["vat_rate"] = rate22;
  const auto bill = document("invoices", {early}, {{"date", "2025-12-20"}});
  EXPECT_EQ(amount(get(address("invoices", bill)), "vat_amount"), "220.00") << "a bill may name the rate to come";
  EXPECT_EQ(faults(post("/acts", {{"company", client}, {"date", "2025-12-20"}, {"lines", json::array{early}}})),
            Faults{"lines[0].vat_rate vat_rate_of_other_day"});
}

TEST_P(DocumentsTest, ForeignMoneyIsConvertedByTheDocumentsDate) {
  EXPECT_EQ(faults(post("/invoices",
                        {{"company", client}, {"currency", "USD"}, {"date", "2026-03-20"}, {"lines", json::array{line("A", "1", "10")}}})),
            Faults{"rate no_currency_rate"});
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-03-18"}, {"rate", "90.5"}});
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-04-01"}, {"rate", "80"}});
  const auto id = document("invoices", {line("A", "1", "10")}, {{"currency", "USD"}, {"date", "2026-03-20"}});
  EXPECT_EQ(get(address("invoices", id)).at("rate").as_string(), "90.500000");
  const auto sum = [&] {
    return post("/invoices:aggregate",
                {{"filter", {{"field", "id"}, {"op", "eq"}, {"value", id}}}, {"measures", {{{"fn", "sum"}, {"field", "amount"}}}}})
        .body.at("groups")
        .as_array()[0]
        .at("values")
        .as_array()[0];
  };
  EXPECT_EQ(sum().as_string(), "905.00") << "sums are in the base currency";
  EXPECT_EQ(patch(address("invoices", id), {{"date", "2026-04-02"}}).status, 200);
  EXPECT_EQ(sum().as_string(), "800.00");
  EXPECT_EQ(patch(address("invoices", id), {{"rate", "85"}}).status, 200);
  EXPECT_EQ(sum().as_string(), "850.00");
}

TEST_P(DocumentsTest, OnlyDraftsAreChangedAndDeleted) {
  const auto id = document("invoices", {line("А", "1", "10")});
  const auto invoice = posted("invoices", id);
  EXPECT_EQ(invoice.at("number").as_string(), "РМ-00001");
  EXPECT_EQ(invoice.at("state").as_string(), "posted");
  EXPECT_EQ(faults(patch(address("invoices", id), {{"date", "2026-01-15"}})), Faults{"date document_is_posted"});
  EXPECT_EQ(faults(patch(address("invoices", id), {{"lines", json::array{line("Б", "1", "1")}}})), Faults{"lines document_is_posted"});
  EXPECT_EQ(faults(patch(address("invoices", id), {{"state", "draft"}})), Faults{"state read_only"});
  EXPECT_EQ(faults(patch(address("invoices", id), {{"number", "1"}})), Faults{"number read_only"});
  EXPECT_EQ(patch(address("invoices", id), {{"comment", "ждём"}, {"original", "sent"}}).status, 200);
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("invoices", id)).status, 422);
  const auto its_line = lines_of("invoice", id)[0].at("id").as_int64();
  EXPECT_EQ(patch(address("document-lines", its_line), {{"price", "5"}}).status, 422);
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("document-lines", its_line)).status, 422);
  EXPECT_EQ(post("/document-lines", {{"document", {{"entity", "invoice"}, {"id", id}}}, {"name", "Б"}, {"price", "5"}}).status, 422);
  EXPECT_EQ(post(address("invoices", id) + ":post").status, 400) << "once is enough";
  const auto cancelled = post(address("invoices", id) + ":cancel", {{"reason", "ошибка"}});
  EXPECT_EQ(cancelled.status, 200) << cancelled.text;
  EXPECT_EQ(cancelled.body.at("number").as_string(), "РМ-00001") << "the number is kept";
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("invoices", id)).status, 422);
  const auto draft = document("invoices", {line("А", "1", "10")});
  EXPECT_EQ(post(address("invoices", draft) + ":merge", {{"others", json::array{id}}}).status, 422) << "not even by a merge";
  EXPECT_EQ(server.call(server.admin(), "DELETE", address("invoices", draft)).status, 204);
  const auto empty = create("/invoices", {{"company", client}});
  EXPECT_EQ(faults(post(address("invoices", empty) + ":post")), Faults{"lines required"});
}

TEST_P(DocumentsTest, SeriesArePerOrganisationKindAndYear) {
  const auto other = create("/own-companies", {{"name", "ИП Иванов"}, {"tax_regime", "usn"}});
  create("/number-series",
         {{"own_company", other}, {"kind", "invoice"}, {"year", 2026}, {"prefix", "ИВ/"}, {"digits", 3}, {"first_number", 151}});
  const auto number = [&](const std::string& plural, const json::object& more) {
    return std::string(posted(plural, document(plural, {line("А", "1", "10")}, more)).at("number").as_string());
  };
  EXPECT_EQ(number("invoices", {{"date", "2026-02-01"}}), "РМ-00001");
  EXPECT_EQ(number("invoices", {{"date", "2026-02-01"}}), "РМ-00002");
  EXPECT_EQ(number("invoices", {{"date", "2027-01-10"}}), "РМ-00001");
  EXPECT_EQ(number("acts", {{"date", "2026-02-01"}}), "РМ-00001");
  EXPECT_EQ(number("invoices", {{"date", "2026-02-01"}, {"own_company", other}}), "ИВ/151");
  EXPECT_EQ(number("invoices", {{"date", "2026-02-01"}, {"own_company", other}}), "ИВ/152");
  const auto series = get("/number-series?fields=id").at("items").as_array()[0].at("id").as_int64();
  EXPECT_EQ(faults(patch(address("number-series", series), {{"first_number", 5}})), Faults{"first_number series_in_use"});
  EXPECT_EQ(patch(address("number-series", series), {{"digits", 4}}).status, 200);
}

TEST_P(DocumentsTest, WhoMayNotChangeADocumentMayNotChangeItsLines) {
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}, {"create", "all"}, {"update", "own"}}}});
  const auto vera = server.add_user("Вера", {{"invoice", {{"read", "own"}}}, {"document_line", {{"read", "own"}}}});
  const auto id = document("invoices", {line("А", "1", "10")});
  const json::object added{{"document", {{"entity", "invoice"}, {"id", id}}}, {"name", "Б"}, {"price", "5"}};
  EXPECT_EQ(server.call(boris, "POST", "/document-lines", added).status, 403);
  EXPECT_EQ(server.call(boris, "POST", address("invoices", id) + ":post").status, 403);
  EXPECT_EQ(server.call(vera, "POST", address("invoices", id) + ":post").status, 404);
  EXPECT_EQ(server.get(vera, "/document-lines").body.at("items").as_array().size(), 0u);
  EXPECT_EQ(patch(address("invoices", id), {{"owner", boris.id}}).status, 200);
  EXPECT_EQ(server.call(boris, "POST", "/document-lines", added).status, 201);
  EXPECT_EQ(server.call(boris, "POST", address("invoices", id) + ":post").status, 200);
}

TEST_P(DocumentsTest, AScanIsFoundByItsDocumentAndTellsItThatTheOriginalIsBack) {
  const auto id = document("acts", {line("Монтаж", "1", "100")});
  const std::string number(posted("acts", id).at("number").as_string());
  const json::object of{{"entity", "act"}, {"id", id}};
  EXPECT_EQ(faults(post("/document-scans", {{"document", of}})), Faults{"files required"});
  const auto file =
      server.send(server.admin(), "POST", "/files", {{"X-File-Name", "scan.pdf"}, {"Content-Type", "application/pdf"}}, "%PDF-1.4 x");
  const auto scan = create("/document-scans", {{"document", of}, {"files", {file.id()}}, {"signed_by", "Петров П. П."}});
  const auto missing = [&](json::object filter) {
    return post("/document-scans:query",
                {{"filter", {{"and", json::array{json::object{{"field", "is_original_back"}, {"op", "eq"}, {"value", false}}, filter}}}}})
        .body.at("items")
        .as_array()
        .size();
  };
  EXPECT_EQ(missing({{"field", "number"}, {"op", "eq"}, {"value", number}}), 1u);
  EXPECT_EQ(missing({{"field", "company"}, {"op", "eq"}, {"value", client}}), 1u);
  EXPECT_EQ(missing({{"field", "document_kind"}, {"op", "eq"}, {"value", "invoice"}}), 0u);
  EXPECT_EQ(get(address("acts", id)).at("original").as_string(), "none");
  EXPECT_EQ(patch(address("document-scans", scan), {{"is_original_back", true}, {"place", "Шкаф 3, папка 12"}}).status, 200);
  EXPECT_EQ(missing({{"field", "number"}, {"op", "eq"}, {"value", number}}), 0u);
  const auto act = get(address("acts", id));
  EXPECT_EQ(act.at("original").as_string(), "received");
  EXPECT_EQ(act.at("original_at").as_string(), get(address("document-scans", scan)).at("received_on").as_string());
  const auto reader = server.add_user("Глеб", {{"act", {{"read", "all"}}}, {"document_scan", {{"read", "all"}, {"create", "all"}}}});
  EXPECT_EQ(server.call(reader, "POST", "/document-scans", {{"document", of}, {"is_original_back", true}}).status, 400)
      << "he may not change the act";
}

INSTANTIATE_TEST_SUITE_P(Databases, DocumentsTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace documents
