#include "modules/documents/server/reconciliation.hpp"

#include <algorithm>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/lookup.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::Filter;
using entity::Link;
using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr int kMostDocuments = 100000;

struct Row {
  std::int64_t day = 0, id = 0, units = 0;  // above zero: debit
  std::string_view entity;
  std::string number, title;
};

std::string text(std::int64_t units) { return base::to_string(Decimal{units, 2}); }

json::object sides(std::int64_t balance) {
  return {{"debit", text(std::max<std::int64_t>(balance, 0))}, {"credit", text(std::max<std::int64_t>(-balance, 0))}};
}

class Ledger {
 public:
  Ledger(const QueryContext& context, const ReconciliationRequest& request)
      : context_(context),
        system_caller_(entity::Caller::system()),
        system_{context.connection, context.registry, *system_caller_, context.now},
        request_(request) {}

  json::object make() {
    for (const auto kind : {"act", "waybill", "tax_invoice", "payment"}) {
      if (const auto* entity = context_.registry.find(kind)) collect(*entity);
    }
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.day < b.day; });
    std::int64_t opening = 0, debit = 0, credit = 0;
    json::array rows;
    for (const auto& row : rows_) {
      if (row.day < base::to_days(request_.from)) {
        opening += row.units;
        continue;
      }
      (row.units > 0 ? debit : credit) += std::abs(row.units);
      rows.push_back({{"date", base::to_string(base::from_days(row.day))},
                      {"entity", row.entity},
                      {"id", row.id},
                      {"number", row.number.empty() ? json::value(nullptr) : json::value(row.number)},
                      {"title", row.title},
                      {"debit", text(std::max<std::int64_t>(row.units, 0))},
                      {"credit", text(std::max<std::int64_t>(-row.units, 0))}});
    }
    return {{"opening", sides(opening)},
            {"rows", std::move(rows)},
            {"turnover", json::object{{"debit", text(debit)}, {"credit", text(credit)}}},
            {"closing", sides(opening + debit - credit)},
            {"left_out", left_out_}};
  }

 private:
  // A corrected tax invoice counts by what it changes.
  static const char* sum_of(const entity::EntityDef& entity) { return entity.key == "tax_invoice" ? "difference_amount" : "amount"; }

  void collect(const entity::EntityDef& entity) {
    for (const char* field : {"company", "date", "amount"}) {
      if (entity.field(field) == nullptr) return;
    }
    std::vector<Filter> parts{where(entity, "company", Link{context_.registry.require("company").id, request_.company}),
                              where(entity, "date", entity::FilterOp::kLte, {base::to_days(request_.to)})};
    if (request_.own_company != 0 && entity.field("own_company") != nullptr)
      parts.push_back(where(entity, "own_company", Link{context_.registry.require("own_company").id, request_.own_company}));
    if (entity.field("state") != nullptr && entity.field("state")->option("posted") != nullptr)
      parts.push_back(where(entity, "state", std::string("posted")));
    if (entity.key == "tax_invoice") parts.push_back(where(entity, "kind", std::string("correction")));
    const auto filter = Filter::all_of(std::move(parts));
    const bool may_read_sum = entity::may(context_.caller, entity, entity::Action::kRead) &&
                              entity::may_read_field(context_.caller, entity, *entity.field(sum_of(entity)));
    const auto readable = may_read_sum ? entity::find_records(context_, entity, filter, kMostDocuments) : std::vector<Record>{};
    for (const auto& record : readable) add(record);
    left_out_ += entity::count_exact(system_, entity, filter) - static_cast<std::int64_t>(readable.size());
  }

  void add(const Record& record) {
    const auto* money = std::get_if<entity::Money>(&record.get(sum_of(*record.entity)));
    if (money == nullptr || money->currency != request_.currency) return;
    Row row;
    row.day = record.integer("date");
    row.id = record.id;
    row.entity = record.entity->key;
    row.units = money->units;
    if (record.entity->key == "payment") {
      const bool is_out = record.entity->field("direction") != nullptr && record.text("direction") == "out";
      row.units = is_out ? money->units : -money->units;
    }
    if (record.entity->field("number") != nullptr) row.number = record.text("number");
    if (record.entity->title_index >= 0)
      row.title = record.text(record.entity->fields[static_cast<std::size_t>(record.entity->title_index)].key);
    rows_.push_back(std::move(row));
  }

  const QueryContext& context_;
  const entity::CallerPtr system_caller_;
  const QueryContext system_;
  const ReconciliationRequest& request_;
  std::vector<Row> rows_;
  std::int64_t left_out_ = 0;
};

json::value named(const QueryContext& context, std::string_view entity_key, std::int64_t id) {
  if (id == 0) return nullptr;
  const auto& entity = context.registry.require(entity_key);
  const auto found = entity::find_records(context, entity, where(entity, "id", id), 1);
  if (found.empty()) throw base::Error::field(std::string(entity_key), "unknown_record", {{"id", std::to_string(id)}});
  return json::object{{"id", id}, {"title", std::string(found.front().text("name"))}};
}

}  // namespace

json::object reconciliation(const QueryContext& context, const ReconciliationRequest& request) {
  const json::value company = named(context, "company", request.company), own = named(context, "own_company", request.own_company);
  json::object answer = Ledger(context, request).make();
  answer["company"] = company;
  answer["own_company"] = own;
  answer["from"] = base::to_string(request.from);
  answer["to"] = base::to_string(request.to);
  answer["currency"] = request.currency;
  return answer;
}

}  // namespace documents
