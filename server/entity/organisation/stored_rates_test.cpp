#include "server/entity/organisation/stored_rates.hpp"

#include <gtest/gtest.h>

#include "server/entity/metadata/catalog_testing.hpp"

namespace entity {
namespace {

class StoredRatesTest : public CatalogTest {};
INSTANTIATE_TEST_SUITE_P(Databases, StoredRatesTest, store::kBothDatabases, store::database_name);

TEST_P(StoredRatesTest, MoneyIsWorthTheLatestRateOfItsDay) {
  insert("currency_rate", {{"currency", "USD"}, {"day", "2026-11-01"}, {"rate", "90"}});
  insert("currency_rate", {{"currency", "USD"}, {"day", "2026-11-10"}, {"rate", "92.123456"}});
  insert("currency_rate", {{"currency", "USD"}, {"day", "2026-11-20"}, {"rate", "95"}});
  const auto registry = catalog().current();
  const auto& price = *registry->require("thing").field("price");
  const auto base_of = [&](std::string_view day, std::string_view currency) -> std::string {
    std::string text;
    database().read({}, [&](store::Connection& connection) {
      const StoredRates rates(connection, *registry, *base::parse_instant(std::string(day) + "T12:00:00Z"));
      std::vector<base::FieldError> errors;
      std::vector<Mark> marks;
      ParseContext context{price, *registry, "price", &errors, &marks};
      context.rates = &rates;
      const auto value = price.type->parse(json::object{{"amount", "10.00"}, {"currency", currency}}, context);
      text = marks.empty() ? std::to_string(std::get<Money>(value).base_units) : marks.front().code;
    });
    return text;
  };
  EXPECT_EQ(base_of("2026-11-09", "USD"), "90000");
  EXPECT_EQ(base_of("2026-11-10", "USD"), "92123");
  EXPECT_EQ(base_of("2026-12-31", "USD"), "95000");
  EXPECT_EQ(base_of("2026-10-31", "USD"), "no_rate");
  EXPECT_EQ(base_of("2026-11-10", "EUR"), "no_rate");
  EXPECT_EQ(base_of("2026-11-10", "RUB"), "1000");
}

}  // namespace
}  // namespace entity
