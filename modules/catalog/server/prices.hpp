// What a product costs a company on a day, and why.
//
// Order of the lists: agreed with the company, then for a segment it is in, then for everybody; of one kind the higher priority, then
// the currency asked for, then the one that began last. In a list the row with the greatest quantity that is reached holds, of the product
// or else of the product it is a variant of. Where no list has the product its own price holds; a bundle without one costs what its parts
// do. A price in another currency is converted by the rates of the day; a rate that is missing is an error, never a guess.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/decimal.hpp"
#include "server/base/error.hpp"
#include "server/base/time.hpp"
#include "server/entity/query.hpp"

namespace catalog {

enum class VatMode { kIncluded, kAdded, kExempt };
VatMode vat_mode_of(std::string_view key);  // anything else counts as included

struct Terms {
  std::int64_t company = 0;      // 0: unknown, no agreements and no segments
  std::int64_t own_company = 0;  // whose default VAT rate serves products without one
  base::Date day;
  std::string currency;
  VatMode vat_mode = VatMode::kIncluded;
};

struct Price {
  base::Decimal price{0, 4};  // in the currency and VAT mode of the terms, before the discount
  std::string source;         // agreement, segment, general, product, bundle, none
  std::string list_currency;  // what it was in before conversion
  std::int64_t price_list = 0, row = 0;
  std::string list_name;
  base::Decimal min_quantity{0, 6};
  base::Decimal discount_percent{0, 2};  // below zero: a markup
  std::int64_t discount_rule = 0;
  std::string discount_name;
  std::string note;  // what of it is shown on a line: names and figures only, the same in every language
};

// One catalogue at one moment for one buyer: lists, segments and rules are read once however many lines ask.
class Prices {
 public:
  Prices(const entity::QueryContext& context, Terms terms);
  // Errors of the fields: "no_currency_rate" {currency, date} at `currency`, "no_vat_rate" at `vat_rate`, "price_overflow" at `price`.
  // Source none and price 0 when nothing says what it costs.
  Price find(const entity::Record& product, base::Decimal quantity);
  // The VAT rate of a line with this product on the day, by the kind of the product's rate; 0: none is set up.
  std::int64_t vat_rate(const entity::Record* product);

 private:
  struct List {
    entity::Record record;
    int level = 0;  // 3 agreement, 2 segment, 1 everybody
  };
  std::optional<entity::Record> find_row(const List& list, const entity::Record& product, base::Decimal quantity);
  bool from_lists(const entity::Record& product, base::Decimal quantity, Price& price);
  void from_product(const entity::Record& product, base::Decimal quantity, Price& price);
  void convert(Price& price, bool includes_vat, const entity::Record& product);
  void discount(const entity::Record& product, base::Decimal quantity, Price& price);
  bool applies(const entity::Record& rule, const entity::Record& product, base::Decimal quantity, const Price& price) const;
  std::optional<entity::Record> load(std::string_view entity, std::int64_t id) const;
  base::Decimal rate_of(std::string_view currency);
  int vat_percent(const entity::Record& product);

  entity::QueryContext context_;
  Terms terms_;
  std::vector<std::int64_t> segments_;
  std::vector<List> lists_;
  std::vector<entity::Record> rules_;
};

// Largest discount that somebody may give without asking; nullopt: no limits are set up, or he is an administrator.
std::optional<base::Decimal> discount_limit(const entity::QueryContext& context, const entity::Caller& caller);

}  // namespace catalog
