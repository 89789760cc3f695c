#include "server/connect/erased_traces.hpp"

#include <algorithm>
#include <memory>

#include "server/base/json.hpp"
#include "server/entity/def.hpp"

namespace connect {

namespace {

struct ImportedRow {
  std::int64_t import_id = 0, sheet = 0, number = 0;
};

struct Import {
  std::int64_t id = 0, file_id = 0;
  std::string entity;
};

// Everything that was found; rows by their keys, so that wiping touches nothing else.
struct Traces {
  std::vector<ImportedRow> rows;
  std::vector<Import> imports;  // that hold such rows
  std::vector<std::int64_t> deliveries, notices;
};

bool speaks_of(std::string_view cells, const std::vector<flow::ErasedRecord>& records) {
  return std::any_of(records.begin(), records.end(), [&](const flow::ErasedRecord& record) {
    return std::any_of(record.texts.begin(), record.texts.end(), [&](const std::vector<std::string>& together) {
      return std::all_of(together.begin(), together.end(),
                         [&](const std::string& text) { return cells.find(text) != std::string_view::npos; });
    });
  });
}

bool is_row_of(const Import& import, std::int64_t record_id, const std::vector<flow::ErasedRecord>& records) {
  return std::any_of(records.begin(), records.end(),
                     [&](const flow::ErasedRecord& record) { return record.id == record_id && record.entity->key == import.entity; });
}

void find_imported(store::Connection& connection, const std::vector<flow::ErasedRecord>& records, Traces& traces) {
  std::vector<Import> imports;
  {
    auto statement = connection.prepare("erase_imports", "SELECT id, file_id, entity FROM sys_import WHERE is_purged = 0");
    while (statement.step()) imports.push_back({statement.integer(0), statement.integer(1), std::string(statement.text(2))});
  }
  for (const auto& import : imports) {
    const std::size_t before = traces.rows.size();
    auto statement =
        connection.prepare("erase_import_rows", "SELECT sheet, number, record_id, cells FROM sys_import_row WHERE import_id = $1");
    statement.bind(1, import.id);
    while (statement.step()) {
      if (is_row_of(import, statement.integer(2), records) || speaks_of(statement.text(3), records))
        traces.rows.push_back({import.id, statement.integer(0), statement.integer(1)});
    }
    if (traces.rows.size() > before) traces.imports.push_back(import);
  }
}

void find_by_record(store::Connection& connection, std::string_view table, const std::vector<flow::ErasedRecord>& records,
                    std::vector<std::int64_t>& ids) {
  auto statement = connection.prepare("erase_find_" + std::string(table),
                                      "SELECT id FROM " + std::string(table) + " WHERE entity_id = $1 AND record_id = $2");
  for (const auto& record : records) {
    statement.bind(1, record.entity->id).bind(2, record.id);
    while (statement.step()) ids.push_back(statement.integer(0));
  }
}

// The report of a trial shows differences with their values; the plan shows samples.
void wipe_import(store::Connection& connection, const Import& import, base::Instant now) {
  json::value plan, report;
  {
    auto statement = connection.prepare("erase_import_read", "SELECT plan, report FROM sys_import WHERE id = $1");
    if (!statement.bind(1, import.id).step()) return;
    plan = base::parse_json(statement.text(0), {64, 256u << 20});
    report = base::parse_json(statement.text(1), {64, 256u << 20});
  }
  report.as_object().erase("changes");
  if (auto* sheets = plan.as_object().if_contains("sheets"); sheets != nullptr && sheets->is_array()) {
    for (auto& sheet : sheets->as_array()) sheet.as_object()["samples"] = json::array();
  }
  connection.prepare("erase_import", "UPDATE sys_import SET plan = $1, report = $2 WHERE id = $3")
      .bind_text(1, json::serialize(plan))
      .bind_text(2, json::serialize(report))
      .bind(3, import.id)
      .run();
  // The table as it was uploaded names him too; nobody can take one row out of it.
  connection.prepare("erase_import_file", "UPDATE sys_file SET expires_at = $1, name = '' WHERE id = $2")
      .bind(1, base::to_micros(now))
      .bind(2, import.file_id)
      .run();
}

void wipe(store::Connection& connection, const Traces& traces, base::Instant now) {
  {
    auto statement = connection.prepare("erase_import_row",
                                        "UPDATE sys_import_row SET cells = '[]' WHERE import_id = $1 AND sheet = $2 AND number = $3");
    for (const auto& row : traces.rows) statement.bind(1, row.import_id).bind(2, row.sheet).bind(3, row.number).run();
  }
  for (const auto& import : traces.imports) wipe_import(connection, import, now);
  auto delivery = connection.prepare("erase_delivery", "UPDATE sys_web_hook_delivery SET body = '' WHERE id = $1");
  for (const std::int64_t id : traces.deliveries) delivery.bind(1, id).run();
  auto notice = connection.prepare("erase_notice", "DELETE FROM sys_notice WHERE id = $1");
  for (const std::int64_t id : traces.notices) notice.bind(1, id).run();
}

}  // namespace

flow::FindTraces erased_traces(const base::Clock& clock) {
  return [&clock](store::Connection& connection, const std::vector<flow::ErasedRecord>& records) -> flow::WipeTraces {
    const auto traces = std::make_shared<Traces>();
    find_imported(connection, records, *traces);
    find_by_record(connection, "sys_web_hook_delivery", records, traces->deliveries);
    find_by_record(connection, "sys_notice", records, traces->notices);
    return [traces, &clock](store::Connection& writer) { wipe(writer, *traces, clock.now()); };
  };
}

}  // namespace connect
