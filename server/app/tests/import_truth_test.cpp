// Whole files of invented clients, as dirty as life, against the truth beside them.
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>

#include "server/app/tests/api_testing.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/import/imports.hpp"
#include "server/connect/tables/tables_testing.hpp"

namespace app {

namespace {

using Fields = std::map<std::string, std::string>;

std::map<std::pair<std::string, std::int64_t>, Fields> load_truth(const std::string& file) {
  const auto content = connect::open_local_file((connect::shared_folder() / "data/clients-truth.csv").string());
  const auto reader = connect::open_table(*content);
  std::map<std::pair<std::string, std::int64_t>, Fields> truth;
  std::vector<std::string> header;
  for (const auto& row : connect::rows_of(*reader)) {
    if (header.empty()) {
      header = connect::texts_of(row);
      continue;
    }
    Fields fields;
    for (std::size_t i = 0; i < header.size() && i < row.cells.size(); ++i) fields[header[i]] = row.cells[i].text;
    if (fields["file"] == file) truth[{fields["sheet"], std::stoll(fields["row"])}] = fields;
  }
  return truth;
}

std::string folded(std::string text) {
  text = base::fold(text);
  for (const std::string sign : {" ", "\"", "«", "»", "„", "“", "”", "'"}) {
    for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign)) text.erase(at, sign.size());
  }
  return text;
}

// Right answers out of all, by kind; some wrong ones are shown.
class Marks {
 public:
  void add(const std::string& kind, bool is_right, const std::string& got, const std::string& wanted) {
    auto& [right, all] = counts_[kind];
    ++all;
    right += is_right;
    if (!is_right && ++shown_[kind] <= 3) std::cout << "  " << kind << ": «" << got << "» for «" << wanted << "»\n";
  }
  double share(const std::string& kind) {
    return counts_[kind].second == 0 ? 1 : static_cast<double>(counts_[kind].first) / counts_[kind].second;
  }
  void print() const {
    for (const auto& [kind, count] : counts_) std::cout << "  " << kind << ": " << count.first << " of " << count.second << "\n";
  }

 private:
  std::map<std::string, std::pair<int, int>> counts_;
  std::map<std::string, int> shown_;
};

class ImportTruth : public testing::TestWithParam<store::Dialect> {
 protected:
  // Imports a file of the shared folder to its end; the rows it stored.
  std::vector<connect::StoredRow> import(const std::string& file, const std::string& entity) {
    const auto content = connect::open_local_file((connect::shared_folder() / "data" / file).string());
    auto& api = server_.application().api();
    entity::Caller caller = *entity::Caller::system();
    connect::ImportRequest request;
    request.entity = entity;
    request.duplicates = "create";
    request.file_id =
        api.files.add({file, [&](std::int64_t offset, std::size_t max_bytes) { return content->read(offset, max_bytes); }, 0}).id;
    plan_ = api.imports.create(caller, request);
    const std::int64_t job = api.imports.run(caller, plan_.id, false);
    while (api.jobs.find(job)->state != "done") {
      EXPECT_NE(api.jobs.find(job)->state, "failed") << api.jobs.find(job)->problem;
      if (api.jobs.find(job)->state == "failed") return {};
      std::this_thread::yield();
    }
    return api.imports.rows(caller, plan_.id, std::nullopt, 100'000);
  }

  std::string sheet(int index) const {
    for (const auto& each : plan_.plan.at("sheets").as_array()) {
      if (each.at("sheet").as_int64() == index) return std::string(each.at("name").as_string());
    }
    return {};
  }

  json::object record(const std::string& entity, std::int64_t id) {
    const auto registry = server_.application().catalog().current();
    std::string text;
    server_.application().database().read({.name = "truth"}, [&](store::Connection& connection) {
      text.clear();
      base::JsonWriter out(text);
      entity::write_record({connection, *registry, *entity::Caller::system(), base::SystemClock().now()}, registry->require(entity), id,
                           out);
    });
    return base::parse_json(text).as_object();
  }

  ApiServer server_{GetParam()};
  connect::ImportRow plan_;
};

std::string text_of(const json::object& record, std::string_view key) {
  const auto* value = record.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_marked(const json::object& record, std::string_view field) {
  const auto* marks = record.if_contains("marks");
  if (marks == nullptr || !marks->is_array()) return false;
  for (const auto& mark : marks->as_array()) {
    if (mark.at("field").as_string() == field) return true;
  }
  return false;
}

std::string items_of(const json::object& record, std::string_view key, std::string_view part) {
  std::string all;
  for (const auto& item : record.at(key).as_array()) {
    const std::string value = text_of(item.as_object(), part);
    if (value.empty()) continue;
    const std::string ext = text_of(item.as_object(), "ext");
    all += (all.empty() ? "" : " ") + value + (ext.empty() ? "" : ";ext=" + ext);
  }
  return all;
}

void compare_codes(const json::object& record, const Fields& truth, Marks& marks) {
  for (const std::string code : {"inn", "kpp", "ogrn"}) {
    // The archive's sheet has no column of ОГРН.
    if (code == "ogrn" && truth.at("sheet") == "Архив 2019") continue;
    const std::string& status = truth.at(code + "_status");
    const std::string got = text_of(record, code);
    if (status == "ok" || status == "lost_zero")
      marks.add(status == "ok" ? "codes" : "lost zeros", got == truth.at(code), got, truth.at(code));
    else if (status == "missing" || status == "none")
      marks.add("codes missing", got.empty(), got, "");
    else
      marks.add("codes wrong", is_marked(record, code), got, "a mark");
  }
}

void compare_contacts(const json::object& record, const Fields& truth, Marks& marks) {
  const std::string& phones = truth.at("phones_status");
  const std::string numbers = items_of(record, "phones", "e164");
  if (phones == "ok" || phones == "local") marks.add("telephones", numbers == truth.at("phones"), numbers, truth.at("phones"));
  if (phones == "bad") marks.add("telephones bad", numbers.empty() && is_marked(record, "phones"), numbers, "a mark");
  const std::string& emails = truth.at("emails_status");
  const std::string addresses = items_of(record, "emails", "value");
  if (emails == "ok") marks.add("e-mails", addresses == base::to_lower(truth.at("emails")), addresses, truth.at("emails"));
  if (emails == "bad") marks.add("e-mails bad", addresses.empty() && is_marked(record, "emails"), addresses, "a mark");
  if (!truth.at("city").empty())
    marks.add("cities", text_of(record, "city") == truth.at("city"), text_of(record, "city"), truth.at("city"));
}

void compare_values(const json::object& record, const Fields& truth, Marks& marks) {
  const std::string& date = truth.at("date_status");
  const std::string since = text_of(record, "client_since");
  if (date == "ok") marks.add("dates", since == truth.at("date"), since, truth.at("date"));
  if (date == "month")
    marks.add("dates bad", since.starts_with(truth.at("date")) && is_marked(record, "client_since"), since, truth.at("date"));
  if (date == "bad") marks.add("dates bad", since.empty() && is_marked(record, "client_since"), since, "a mark");
  const auto* money = record.if_contains("annual_revenue");
  std::string kopecks = money != nullptr && money->is_object() ? text_of(money->as_object(), "amount") : "";
  std::erase(kopecks, '.');
  const std::string& sum = truth.at("sum_status");
  if (sum == "ok") marks.add("sums", kopecks == truth.at("sum_kopecks"), kopecks, truth.at("sum_kopecks"));
  if (sum == "text") marks.add("sums bad", kopecks.empty() && is_marked(record, "annual_revenue"), kopecks, "a mark");
  if (truth.at("name_status") == "exact") {
    const std::string got = folded(text_of(record, "legal_form") + text_of(record, "name")),
                      wanted = folded(truth.at("legal_form") + truth.at("name"));
    marks.add("names", got == wanted, got, wanted);
  }
  marks.add("notes", text_of(record, "description") == truth.at("note"), text_of(record, "description"), truth.at("note"));
}

TEST_P(ImportTruth, TakesEveryClientOnceAndEveryValueRightly) {
  if (connect::shared_folder().empty() || !std::filesystem::exists(connect::shared_folder() / "data/clients-truth.csv"))
    GTEST_SKIP() << "no outside test data";
  // The larger files take their time under PostgreSQL; the workbook holds every kind of dirt.
  Marks marks;
  for (const std::string file : {"clients-small.xlsx", "contacts.vcf"}) {
    const bool is_cards = file == "contacts.vcf";
    const std::string entity = is_cards ? "contact" : "company";
    const auto truth = load_truth(file);
    std::size_t created = 0;
    for (const auto& row : import(file, entity)) {
      const auto at = truth.find({sheet(row.sheet), row.number});
      EXPECT_EQ(row.status == connect::RowStatus::kCreated, at != truth.end()) << file << " row " << row.number;
      if (at == truth.end() || row.record_id == 0) continue;
      ++created;
      const json::object made = record(entity, row.record_id);
      compare_contacts(made, at->second, marks);
      if (!is_cards) {
        compare_codes(made, at->second, marks);
        compare_values(made, at->second, marks);
      } else {
        const std::string got = folded(text_of(made, "last_name") + "|" + text_of(made, "first_name") + "|" + text_of(made, "middle_name"));
        const std::string wanted =
            folded(at->second.at("contact_last") + "|" + at->second.at("contact_first") + "|" + at->second.at("contact_middle"));
        marks.add("persons", got == wanted, got, wanted);
      }
    }
    EXPECT_EQ(created, truth.size()) << file;
  }
  marks.print();
  for (const auto* kind : {"codes", "dates", "sums", "telephones", "e-mails", "cities"}) EXPECT_GE(marks.share(kind), .99) << kind;
  for (const auto* kind : {"lost zeros", "codes wrong", "telephones bad", "e-mails bad", "dates bad", "sums bad", "notes"})
    EXPECT_EQ(marks.share(kind), 1) << kind;
  EXPECT_GE(marks.share("names"), .98);
  EXPECT_GE(marks.share("persons"), .95);
}

INSTANTIATE_TEST_SUITE_P(Databases, ImportTruth, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
