#include "modules/money/server/routes.hpp"

#include <algorithm>

#include "modules/money/server/sums.hpp"
#include "server/api/open_record.hpp"
#include "server/api/saved_record.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/files.hpp"
#include "server/entity/files.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/module_settings.hpp"
#include "server/entity/on_behalf.hpp"

namespace money {

namespace {

using entity::Action;
using entity::Record;

struct Upload {
  entity::FileRow row;
  std::string bytes;
};

Upload open_upload(api::Call& call, const json::object& body) {
  const auto* given = body.if_contains("file");
  std::int64_t id = base::json_int(body, "file");
  if (given != nullptr && given->is_object()) id = base::json_int(given->as_object(), "id");
  if (id <= 0) throw base::Error::field("file", "required");
  Upload upload;
  call.read("bank_statement_file", [&](const entity::QueryContext& context) {
    const auto row = entity::find_file(context.connection, id);
    const bool is_allowed = row && (call.caller().is_admin || row->created_by == call.caller().user_id);
    if (!is_allowed) throw base::Error::field("file", "unknown_record", {{"id", std::to_string(id)}});
    upload.row = *row;
  });
  const auto content = call.context.files.open(upload.row);
  if (!content) throw base::Error::field("file", "unknown_record", {{"id", std::to_string(id)}});
  upload.bytes = content->read(0, static_cast<std::size_t>(content->size()));
  return upload;
}

json::array warnings_of(api::Call& call, const BankFile& file) {
  json::array warnings;
  for (const auto& warning : file.warnings) {
    json::object args;
    for (const auto& [name, value] : warning.args) args[name] = value;
    warnings.push_back(json::object{{"path", warning.path},
                                    {"code", warning.code},
                                    {"message", call.text("error.field." + warning.code, warning.args)},
                                    {"args", std::move(args)}});
  }
  return warnings;
}

json::object statement_values(const BankFile& file, const std::vector<OwnAccount>& accounts, const Upload& upload, json::array warnings) {
  std::int64_t opening = 0, in = 0, out = 0, closing = 0;
  // Balances of one account: the first and the last day; turnovers as the documents say.
  const auto& account = accounts.front();
  const BankBalance *first = nullptr, *last = nullptr;
  for (const auto& balance : file.balances) {
    if (balance.account != account.account) continue;
    if (first == nullptr || balance.from < first->from) first = &balance;
    if (last == nullptr || balance.to > last->to) last = &balance;
  }
  if (first != nullptr) opening = first->opening, closing = last->closing;
  for (const auto& document : file.documents) {
    if (document.own_account == account.account) (document.is_in ? in : out) += document.units;
  }
  const std::string period = day_text(file.from) + (file.to == file.from ? "" : "–" + day_text(file.to));
  std::string numbers;
  for (const auto& each : accounts) numbers += (numbers.empty() ? "" : ", ") + each.account;
  return {{"name", account.account + " · " + period},
          {"file", upload.row.id},
          {"state", "loading"},
          {"own_account", account.id},
          {"account", base::prefix(numbers, 200)},
          {"period_from", base::to_string(base::from_days(file.from))},
          {"period_to", base::to_string(base::from_days(file.to))},
          {"opening", money_json(opening, account.currency)},
          {"received", money_json(in, account.currency)},
          {"written_off", money_json(out, account.currency)},
          {"closing", money_json(closing, account.currency)},
          {"documents", static_cast<std::int64_t>(file.documents.size())},
          {"encoding", file.encoding},
          {"sender", file.sender.empty() ? json::value(nullptr) : json::value(base::prefix(file.sender, 200))},
          {"warnings", warnings.empty() ? json::value(nullptr) : json::value(std::move(warnings))}};
}

json::object preview(const std::vector<Prepared>& payments) {
  std::int64_t known = 0, matched = 0, advances = 0, doubtful = 0, outgoing = 0, other = 0;
  for (const auto& each : payments) {
    if (each.is_there())
      ++known;
    else if (!each.document->is_in)
      ++outgoing;
    else if (each.is_own_transfer)
      ++other;
    else
      ++(each.match.verdict == Match::Verdict::kMatched ? matched : each.match.verdict == Match::Verdict::kAdvance ? advances : doubtful);
  }
  return {{"documents", static_cast<std::int64_t>(payments.size())},
          {"known", known},
          {"matched", matched},
          {"advances", advances},
          {"doubtful", doubtful},
          {"outgoing", outgoing},
          {"own_transfers", other}};
}

// POST /bank-statements:load?dry_run= {"file": id} → 202 {"statement","job","warnings"}
void load(api::Call& call, http::Response& response) {
  const auto& entity = call.registry->require("bank_statement");
  for (const auto* each : {&entity, &call.registry->require("payment")}) {
    if (!entity::may(call.caller(), *each, Action::kCreate))
      throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", each->key}});
  }
  const Upload upload = open_upload(call, call.body());
  const BankFile file = parse_bank_file(upload.bytes);
  const bool is_dry_run = call.query_flag("dry_run");
  std::vector<OwnAccount> accounts;
  json::object counts;
  call.read("bank_statement_accounts", [&](const entity::QueryContext& context) {
    const auto system = entity::Caller::system();
    const entity::QueryContext everything{context.connection, context.registry, *system, context.now};
    accounts = own_accounts(everything, file);
    if (is_dry_run)
      counts = preview(prepare(everything, file, accounts,
                               {base::json_bool(entity::module_settings(context.connection, "money"), "match_by_sum", true)}));
  });
  const json::array warnings = warnings_of(call, file);
  json::object values = statement_values(file, accounts, upload, warnings);
  base::JsonWriter out(response.body);
  out.begin_object();
  if (is_dry_run) {
    values.erase("file");
    out.key("statement").value(values).key("counts").value(counts).key("warnings").value(warnings).end_object();
    return;
  }
  const auto caller = entity::on_behalf_of(call.writer());
  std::int64_t statement = 0, job = 0;
  call.context.database.write({.name = "bank_statement_load"}, [&](store::Connection& connection) {
    statement = call.context.records.create_in(connection, caller, entity, values).id;
    job = call.context.jobs.submit_in(connection, kLoadJob, {{"statement", statement}}, call.caller().user_id, false);
  });
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(job));
  out.key("statement").integer(statement).key("job").integer(job).key("warnings").value(warnings).end_object();
}

// POST /payments/{id}:allocate {"allocations":[…]}
void allocate(api::Call& call, http::Response& response) {
  const Record payment = api::open_record(call, "payment", Action::kUpdate);
  const json::object body = call.body();
  const auto* list = base::json_array(body, "allocations");
  if (list == nullptr) throw base::Error::field("allocations", "required");
  call.context.records.update(call.writer(), *payment.entity, payment.id, {{"allocations", *list}});
  response.body = api::saved_record(call, *payment.entity, payment.id);
}

// POST /payments/{id}:unallocate {"allocations":[id,…]?}: what it pays is open again; all of it without a list.
void unallocate(api::Call& call, http::Response& response) {
  const Record payment = api::open_record(call, "payment", Action::kUpdate);
  const json::object body = call.body();
  const auto* list = base::json_array(body, "allocations");
  std::vector<std::int64_t> ids;
  const auto& entity = call.registry->require("payment_allocation");
  call.read("payment_allocations", [&](const entity::QueryContext& context) {
    ids.clear();
    const auto system = entity::Caller::system();
    const auto filter = entity::where(entity, "payment", entity::Link{payment.entity->id, payment.id});
    ids = entity::find_ids({context.connection, context.registry, *system, context.now}, entity, filter, Action::kRead, 0, 1000);
  });
  if (list != nullptr) {
    std::vector<std::int64_t> wanted;
    for (const auto& each : *list) {
      const bool is_its = each.is_int64() && std::find(ids.begin(), ids.end(), each.as_int64()) != ids.end();
      if (!is_its) throw base::Error::field("allocations[" + std::to_string(wanted.size()) + "]", "link_not_found");
      wanted.push_back(each.as_int64());
    }
    ids = std::move(wanted);
  }
  const auto caller = entity::on_behalf_of(call.writer());
  call.context.database.write({.name = "payment_unallocate"}, [&](store::Connection& connection) {
    for (const auto id : ids) call.context.records.remove_in(connection, caller, entity, id);
  });
  response.body = api::saved_record(call, *payment.entity, payment.id);
}

// POST /payments/{id}:cancel {"reason"}
void cancel(api::Call& call, http::Response& response) {
  const Record payment = api::open_record(call, "payment", Action::kUpdate);
  const std::string reason = base::clean_text(base::json_string(call.body(), "reason"));
  if (base::length(reason) > 500) throw base::Error::field("reason", "too_long", {{"max", "500"}});
  if (payment.text("state") == "cancelled") throw base::Error::field("state", "payment_is_cancelled");
  call.context.records.update(entity::on_behalf_of(call.writer()), *payment.entity, payment.id,
                              {{"state", "cancelled"}, {"cancel_reason", reason.empty() ? json::value(nullptr) : json::value(reason)}});
  response.body = api::saved_record(call, *payment.entity, payment.id);
}

}  // namespace

void add_money_routes(http::Router& router, api::ApiContext& context, StatementLoader& loader) {
  loader.set_services(context.files, context.localizer);
  using http::Method;
  const auto write = http::RunsOn::kWritePool;
  api::add_route(router, context, {Method::kPost, "/bank-statements:load", load, write});
  api::add_route(router, context, {Method::kPost, "/payments/{id}:allocate", allocate, write});
  api::add_route(router, context, {Method::kPost, "/payments/{id}:unallocate", unallocate, write});
  api::add_route(router, context, {Method::kPost, "/payments/{id}:cancel", cancel, write});
  add_review_routes(router, context);
  add_order_routes(router, context);
  add_report_routes(router, context);
}

}  // namespace money
