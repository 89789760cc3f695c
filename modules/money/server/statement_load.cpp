#include "modules/money/server/statement_load.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <set>

#include "modules/money/server/joining.hpp"
#include "modules/money/server/sums.hpp"
#include "server/base/program/log.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/files.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/files.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/module_settings.hpp"

namespace money {

namespace {

using entity::Filter;
using entity::FilterOp;
using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr std::size_t kAtOnce = 1000;  // payments of one batch
constexpr int kTakenBackAtOnce = 20;
constexpr std::chrono::seconds kReadTime{60};

// How a line of the file is written, the first of these that the base takes: with what it pays, without (its invoices changed since they
// were looked at, a person decides), and where a person's payment should have become it but changed, as one of its own with a question.
std::optional<json::object> way_of(const entity::Registry& registry, const Prepared& payment, std::int64_t statement, int attempt) {
  json::object values = payment_values(payment, statement);
  if (payment.same) values = joined_values(registry, values, *payment.same);
  const bool pays = values.contains("allocations");
  if (attempt == 0) return values;
  if (attempt == 1 && pays) {
    values.erase("allocations");
    if (!payment.same) values["review"] = json::object{{"reason", "invoice_changed"}, {"candidates", json::array{}}};
    return values;
  }
  if (attempt > (pays ? 2 : 1) || !payment.same) return std::nullopt;
  Prepared doubtful = payment;
  doubtful.match.doubt({payment.same->id});
  return payment_values(doubtful, statement);
}

json::object counts_of(const QueryContext& context, std::int64_t statement, std::int64_t documents) {
  const auto& entity = context.registry.require("payment");
  const auto made = Filter::all_of({where(entity, "statement", entity::Link{context.registry.require("bank_statement").id, statement}),
                                    where(entity, "source", std::string("bank"))});
  const auto count = [&](std::string_view field, std::initializer_list<const char*> options) {
    std::vector<entity::Value> values;
    for (const char* option : options) values.emplace_back(std::string(option));
    return entity::count_exact(context, entity, Filter::all_of({made, where(entity, field, FilterOp::kIn, std::move(values))}));
  };
  const std::int64_t created = entity::count_exact(context, entity, made);
  return {{"created", created},
          {"known", documents - created},
          {"matched", count("allocation_state", {"allocated", "partial"})},
          {"advances", count("allocation_state", {"advance"})},
          {"doubtful", count("allocation_state", {"review"})},
          {"outgoing", count("direction", {"out"})}};
}

}  // namespace

struct StatementLoader::Work {
  entity::RegistryPtr registry;
  entity::Caller caller;
  std::int64_t statement = 0;
  BankFile file;
  std::vector<OwnAccount> accounts;
  std::vector<Prepared> payments;
};

StatementLoader::Work StatementLoader::work_of(std::int64_t statement, std::int64_t user_id) const {
  Work work;
  work.registry = services_.catalog.current();
  work.statement = statement;
  work.caller = *entity::Caller::system();
  work.caller.user_id = user_id;
  work.caller.via = "import";
  try {
    work.caller.language = services_.callers.find(user_id)->language;
  } catch (const base::Error&) {
    // Whoever loaded it is gone since: the reason of a failure is in the language of the program.
  }
  return work;
}

void StatementLoader::run(flow::JobRun& run) {
  settle();
  Work work = work_of(base::json_int(run.row().parameters, "statement"), run.row().created_by);
  try {
    load(run, work);
  } catch (const base::Error& error) {
    // A stop of the program, a rest: the job goes on later. What was written stands, and is known then.
    const bool goes_on = error.key() == "program_stopping" || error.key() == "job_taken_over" || error.key() == "job_paused";
    if (!goes_on) {
      if (error.code() == base::ErrorCode::kCancelled)
        give_up(work, localizer_->text(work.caller.language, "error.cancelled"));
      else if (error.fields().empty())
        give_up(work, localizer_->error_text(work.caller.language, error));
      else
        give_up(work, localizer_->field_error_text(work.caller.language, error.fields().front()));
    }
    throw;
  } catch (const std::exception&) {
    give_up(work, localizer_->text(work.caller.language, "error.internal"));
    throw;
  }
}

void StatementLoader::load(flow::JobRun& run, Work& work) {
  std::string bytes;
  services_.database.read({.name = "bank_statement_read", .deadline = kReadTime}, [&](store::Connection& connection) {
    const auto statement = entity::load_record(connection, *work.registry, work.registry->require("bank_statement"), work.statement);
    if (!statement) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    const auto ids = entity::files_in(statement->get("file"));
    const auto row = ids.empty() ? std::nullopt : entity::find_file(connection, ids.front());
    const auto content = row ? files_->open(*row) : nullptr;
    if (!content) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    bytes = content->read(0, static_cast<std::size_t>(content->size()));
  });
  work.file = parse_bank_file(bytes);
  const auto system = entity::Caller::system();
  services_.database.read({.name = "bank_statement_match", .deadline = kReadTime}, [&](store::Connection& connection) {
    const QueryContext context{connection, *work.registry, *system, services_.clock.now()};
    work.accounts = own_accounts(context, work.file);
    work.payments =
        prepare(context, work.file, work.accounts, {base::json_bool(entity::module_settings(connection, "money"), "match_by_sum", true)});
  });
  const auto total = static_cast<std::int64_t>(work.payments.size());
  for (std::size_t from = 0; from < work.payments.size(); from += kAtOnce) {
    run.check_cancelled();
    const std::size_t end = std::min(from + kAtOnce, work.payments.size());
    write_some(work, from, end);
    run.progress(static_cast<std::int64_t>(end), total);
  }
  json::object counts;
  services_.database.read({.name = "bank_statement_count", .deadline = kReadTime}, [&](store::Connection& connection) {
    counts = counts_of({connection, *work.registry, *system, services_.clock.now()}, work.statement, total);
  });
  json::object values = counts;
  values["state"] = "loaded";
  finish(work, values);
  counts["statement"] = work.statement;
  run.set_result(std::move(counts));
}

void StatementLoader::write_some(const Work& work, std::size_t from, std::size_t end) {
  std::vector<const Prepared*> left;
  for (std::size_t i = from; i < end; ++i) {
    if (!work.payments[i].is_known) left.push_back(&work.payments[i]);
  }
  entity::SaveOptions options;
  options.on_duplicate = "create";
  options.lane = store::Lane::kBulk;
  const auto& entity = work.registry->require("payment");
  std::vector<entity::SaveResult> results;
  for (int attempt = 0; !left.empty(); ++attempt) {
    std::vector<entity::BatchItem> items;
    for (std::size_t i = 0; i < left.size(); ++i) {
      auto way = way_of(*work.registry, *left[i], work.statement, attempt);
      if (!way) std::rethrow_exception(results[i].error);
      if (left[i]->same && way->contains("version")) way->emplace("id", left[i]->same->id);
      items.push_back({std::move(*way)});
    }
    auto written = services_.records.batch(work.caller, entity, std::move(items), options, false);
    std::vector<const Prepared*> failed;
    results.clear();
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (written[i].status != entity::SaveResult::Status::kFailed) continue;
      failed.push_back(left[i]);
      results.push_back(std::move(written[i]));
    }
    left = std::move(failed);
  }
}

void StatementLoader::give_up(const Work& work, std::string_view problem) {
  const auto& entity = work.registry->require("payment");
  const auto filter = where(entity, "statement", entity::Link{work.registry->require("bank_statement").id, work.statement});
  for (bool has_more = true; has_more;) {
    services_.database.write({.name = "bank_statement_back", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      const QueryContext context{connection, *work.registry, work.caller, services_.clock.now()};
      const auto payments = entity::find_records(context, entity, filter, kTakenBackAtOnce);
      has_more = !payments.empty();
      for (const auto& payment : payments) {
        if (payment.text("source") == "bank")
          services_.records.remove_in(connection, work.caller, entity, payment.id);
        else
          services_.records.update_in(connection, work.caller, entity, payment.id,
                                      {{"statement", nullptr}, {"statement_line", nullptr}, {"bank_key", nullptr}});
      }
    });
  }
  finish(work, {{"state", "failed"}, {"problem", base::prefix(problem, 500)}});
}

void StatementLoader::finish(const Work& work, const json::object& values) {
  services_.records.update(work.caller, work.registry->require("bank_statement"), work.statement, values);
}

void StatementLoader::settle() {
  std::vector<Record> lost;
  services_.database.read({.name = "bank_statement_lost", .deadline = kReadTime}, [&](store::Connection& connection) {
    const auto registry = services_.catalog.current();
    const auto system = entity::Caller::system();
    const auto& entity = registry->require("bank_statement");
    const QueryContext context{connection, *registry, *system, services_.clock.now()};
    lost = entity::find_records(context, entity, where(entity, "state", std::string("loading")));
    if (lost.empty()) return;
    std::set<std::int64_t> waiting;
    auto jobs = connection.prepare("bank_statement_jobs",
                                   "SELECT parameters FROM sys_job WHERE kind = $1 AND state IN ('queued', 'running', 'paused')");
    jobs.bind_text(1, kLoadJob);
    while (jobs.step()) waiting.insert(base::json_int(base::parse_json(jobs.text(0)).as_object(), "statement"));
    std::erase_if(lost, [&](const Record& statement) { return waiting.contains(statement.id); });
  });
  for (const auto& statement : lost) {
    try {
      const Work work = work_of(statement.id, statement.created_by);
      give_up(work, localizer_->text(work.caller.language, "error.bank_load_interrupted"));
    } catch (const std::exception& error) {  // one that cannot be settled now keeps neither the others nor a new file waiting
      base::log(base::LogLevel::kWarning, "bank_statement_not_settled",
                {{"statement", statement.id}, {"what", std::string_view(error.what())}});
    }
  }
}

}  // namespace money
