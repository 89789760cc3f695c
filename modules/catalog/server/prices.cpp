#include "modules/catalog/server/prices.hpp"

#include <algorithm>
#include <tuple>

#include "modules/catalog/server/rates.hpp"
#include "server/entity/lookup.hpp"

namespace catalog {

namespace {

using base::Decimal;
using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr int kMostLists = 2000;
constexpr int kMostGroupLevels = 20;

Filter empty(const entity::EntityDef& entity, std::string_view field) { return where(entity, field, FilterOp::kIsEmpty, {}); }

std::vector<std::int64_t> segments_of(const QueryContext& context, std::int64_t company) {
  std::vector<std::int64_t> segments;
  const auto* members = context.registry.find("segment_member");
  const auto* companies = context.registry.find("company");
  if (members == nullptr || companies == nullptr || company == 0) return segments;
  for (const auto& member : entity::find_records(context, *members, where(*members, "record", entity::Link{companies->id, company})))
    segments.push_back(member.link_id("segment"));
  return segments;
}

bool contains(const std::vector<std::int64_t>& ids, std::int64_t id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

Decimal checked(std::optional<Decimal> value) {
  if (!value) throw base::Error::field("price", "price_overflow");
  return *value;
}

// "12.500000" → "12.5"
std::string short_text(const Decimal& value) {
  std::string text = base::to_string(value);
  while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
    const bool is_point = text.back() == '.';
    text.pop_back();
    if (is_point) break;
  }
  return text;
}

}  // namespace

VatMode vat_mode_of(std::string_view key) {
  if (key == "added") return VatMode::kAdded;
  return key == "exempt" ? VatMode::kExempt : VatMode::kIncluded;
}

Prices::Prices(const QueryContext& context, Terms terms)
    : context_(context), terms_(std::move(terms)), segments_(segments_of(context, terms_.company)) {
  const auto& lists = context_.registry.require("price_list");
  const auto& companies = context_.registry.require("company");
  std::vector<Filter> buyers{Filter::all_of({empty(lists, "company"), empty(lists, "segment")})};
  if (terms_.company != 0) buyers.push_back(where(lists, "company", entity::Link{companies.id, terms_.company}));
  if (const auto* segment = context_.registry.find("segment"); segment != nullptr) {
    for (const std::int64_t id : segments_) buyers.push_back(where(lists, "segment", entity::Link{segment->id, id}));
  }
  const auto filter = Filter::all_of({where(lists, "is_active", std::int64_t{1}), Filter::any_of(std::move(buyers))});
  for (auto& record : entity::find_records(context_, lists, filter, kMostLists)) {
    if (!is_in_force(record, terms_.day)) continue;
    const int level = record.link_id("company") != 0 ? 3 : record.link_id("segment") != 0 ? 2 : 1;
    lists_.push_back({std::move(record), level});
  }
  const auto rank = [&](const List& list) {
    return std::tuple(-list.level, -list.record.integer("priority"), list.record.text("currency") != terms_.currency,
                      -list.record.integer("valid_from", -1'000'000), -list.record.id);
  };
  std::sort(lists_.begin(), lists_.end(), [&](const List& a, const List& b) { return rank(a) < rank(b); });
  const auto& rules = context_.registry.require("discount_rule");
  rules_ = entity::find_records(context_, rules, where(rules, "is_active", std::int64_t{1}), kMostLists);
  std::erase_if(rules_, [&](const Record& rule) { return !is_in_force(rule, terms_.day); });
}

std::optional<Record> Prices::load(std::string_view entity, std::int64_t id) const {
  if (id == 0) return std::nullopt;
  return entity::load_record(context_.connection, context_.registry, context_.registry.require(entity), id);
}

std::optional<Record> Prices::find_row(const List& list, const Record& product, Decimal quantity) {
  const auto& rows = context_.registry.require("price_row");
  for (const std::int64_t id : {product.id, product.link_id("variant_of")}) {
    if (id == 0) continue;
    const auto filter = Filter::all_of({where(rows, "price_list", entity::Link{list.record.entity->id, list.record.id}),
                                        where(rows, "product", entity::Link{product.entity->id, id})});
    std::optional<Record> best;
    for (auto& row : entity::find_records(context_, rows, filter)) {
      if (!is_in_force(row, terms_.day) || row.integer("min_quantity") > quantity.units) continue;
      if (!best || row.integer("min_quantity") > best->integer("min_quantity")) best = std::move(row);
    }
    if (best) return best;
  }
  return std::nullopt;
}

bool Prices::from_lists(const Record& product, Decimal quantity, Price& price) {
  for (const auto& list : lists_) {
    const auto row = find_row(list, product, quantity);
    if (!row) continue;
    price.source = list.level == 3 ? "agreement" : list.level == 2 ? "segment" : "general";
    price.price = {row->integer("price"), 4};
    price.price_list = list.record.id;
    price.list_name = list.record.text("name");
    price.list_currency = list.record.text("currency");
    price.row = row->id;
    price.min_quantity = {row->integer("min_quantity"), 6};
    convert(price, list.record.integer("includes_vat") != 0, product);
    return true;
  }
  return false;
}

void Prices::from_product(const Record& product, Decimal quantity, Price& price) {
  price.list_currency =
      product.text("currency").empty() ? context_.registry.company().base_currency : std::string(product.text("currency"));
  if (!is_empty(product.get("price"))) {
    price.source = "product";
    price.price = {product.integer("price"), 4};
    convert(price, product.integer("price_includes_vat") != 0, product);
    return;
  }
  if (const auto parent = load("product", product.link_id("variant_of"))) {
    from_product(*parent, quantity, price);
    return;
  }
  if (product.text("kind") != "bundle") return;
  const auto& items = context_.registry.require("bundle_item");
  for (const auto& item : entity::find_records(context_, items, where(items, "bundle", entity::Link{product.entity->id, product.id}))) {
    const auto part = load("product", item.link_id("product"));
    if (!part || part->text("kind") == "bundle") continue;
    const Decimal each{item.integer("quantity"), 6};
    Price one;
    if (!from_lists(*part, checked(base::multiply(quantity, each, 6)), one)) from_product(*part, quantity, one);
    price.price = checked(base::add(price.price, checked(base::multiply(one.price, each, 4))));
    price.source = "bundle";
  }
}

Decimal Prices::rate_of(std::string_view currency) {
  const auto rate = currency_rate_on(context_, currency, terms_.day);
  if (!rate)
    throw base::Error::field("currency", "no_currency_rate", {{"currency", std::string(currency)}, {"date", base::to_string(terms_.day)}});
  return *rate;
}

void Prices::convert(Price& price, bool includes_vat, const Record& product) {
  if (price.list_currency != terms_.currency)
    price.price = checked(base::multiply_divide(price.price, rate_of(price.list_currency), rate_of(terms_.currency), 4));
  if (terms_.vat_mode == VatMode::kExempt) return;
  const Decimal percent{vat_percent(product), 2}, hundred{10000, 2};
  const Decimal whole{hundred.units + percent.units, 2};
  if (includes_vat && terms_.vat_mode == VatMode::kAdded) price.price = checked(base::multiply_divide(price.price, hundred, whole, 4));
  if (!includes_vat && terms_.vat_mode == VatMode::kIncluded) price.price = checked(base::multiply_divide(price.price, whole, hundred, 4));
}

int Prices::vat_percent(const Record& product) {
  const auto rate = load("vat_rate", vat_rate(&product));
  return rate ? static_cast<int>(rate->integer("rate")) : 0;
}

std::int64_t Prices::vat_rate(const Record* product) {
  std::string code = terms_.vat_mode == VatMode::kExempt ? "none" : "";
  std::int64_t named = 0;
  if (code.empty()) {
    named = product == nullptr ? 0 : product->link_id("vat_rate");
    if (const auto own = load("own_company", terms_.own_company); named == 0 && own) named = own->link_id("vat_rate");
    const auto rate = load("vat_rate", named);
    code = rate ? std::string(rate->text("code")) : "general";
  }
  if (code == "other") return named;  // rates of no kind have no successors
  const auto rate = vat_rate_on(context_, code, terms_.day);
  if (!rate) throw base::Error::field("vat_rate", "no_vat_rate", {{"code", code}, {"date", base::to_string(terms_.day)}});
  return rate->id;
}

bool Prices::applies(const Record& rule, const Record& product, Decimal quantity, const Price& price) const {
  if (rule.link_id("company") != 0 && rule.link_id("company") != terms_.company) return false;
  if (rule.link_id("segment") != 0 && !contains(segments_, rule.link_id("segment"))) return false;
  if (rule.link_id("product") != 0 && rule.link_id("product") != product.id && rule.link_id("product") != product.link_id("variant_of"))
    return false;
  if (rule.integer("min_quantity") > quantity.units) return false;
  if (const std::int64_t least = rule.integer("min_amount"); least > 0) {
    const auto amount = base::multiply(price.price, quantity, 2);
    if (!amount || amount->units < least) return false;
  }
  const std::int64_t wanted = rule.link_id("product_group");
  if (wanted == 0) return true;
  std::int64_t group = product.link_id("group");
  for (int level = 0; group != 0 && level < kMostGroupLevels; ++level) {
    if (group == wanted) return true;
    const auto record = load("product_group", group);
    group = record ? record->link_id("parent") : 0;
  }
  return false;
}

void Prices::discount(const Record& product, Decimal quantity, Price& price) {
  const auto rank = [](const Record& rule) {
    const auto is_named = [&](std::string_view field) { return rule.link_id(field) != 0 ? 1 : 0; };
    const int closeness = is_named("company") * 8 + is_named("segment") * 4 + is_named("product") * 2 + is_named("product_group");
    return std::tuple(rule.integer("priority"), closeness, rule.integer("percent"), -rule.id);
  };
  const Record* best = nullptr;
  for (const auto& rule : rules_) {
    if (applies(rule, product, quantity, price) && (best == nullptr || rank(rule) > rank(*best))) best = &rule;
  }
  if (best == nullptr) return;
  const std::int64_t percent = best->integer("percent");
  price.discount_percent = {best->text("kind") == "markup" ? -percent : percent, 2};
  price.discount_rule = best->id;
  price.discount_name = best->text("name");
}

Price Prices::find(const Record& product, Decimal quantity) {
  Price price;
  price.source = "none";
  if (!from_lists(product, quantity, price)) from_product(product, quantity, price);
  if (price.source == "none") return price;
  discount(product, quantity, price);
  price.note = price.list_name;
  if (price.min_quantity.units > 0) price.note += " · ≥ " + short_text(price.min_quantity);
  if (price.list_currency != terms_.currency)
    price.note += (price.note.empty() ? "" : " · ") + price.list_currency + " → " + terms_.currency;
  if (price.discount_rule != 0)
    price.note += (price.note.empty() ? "" : " · ") + price.discount_name + ": " + short_text({-price.discount_percent.units, 2}) + " %";
  return price;
}

std::optional<Decimal> discount_limit(const QueryContext& context, const entity::Caller& caller) {
  if (caller.is_admin) return std::nullopt;
  const auto& limits = context.registry.require("discount_limit");
  const auto all = entity::find_records(context, limits, Filter::always());
  if (all.empty()) return std::nullopt;
  std::int64_t most = 0;
  for (const auto& limit : all) {
    const std::int64_t role = limit.link_id("role"), user = limit.link_id("user");
    const bool is_his = (role == 0 || contains(caller.roles, role)) && (user == 0 || user == caller.user_id);
    if (is_his) most = std::max(most, limit.integer("max_percent"));
  }
  return Decimal{most, 2};
}

}  // namespace catalog
