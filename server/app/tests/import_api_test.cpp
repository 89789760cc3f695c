// Imports over HTTP: a file is uploaded, looked at, tried, written, undone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "server/app/tests/api_testing.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/imports.hpp"
#include "server/connect/tables/tables_testing.hpp"

namespace app {

namespace {

class ImportApiTest : public ApiTest {};

std::int64_t upload(ApiServer& server, const TestUser& who, const std::string& text, const std::string& name = "clients.csv") {
  const auto answer = server.send(who, "POST", "/files", {{"X-File-Name", name}, {"Content-Type", "application/octet-stream"}}, text);
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.id();
}

json::value make(ApiServer& server, const TestUser& who, const std::string& text, json::object body) {
  body["file"] = upload(server, who, text);
  const auto answer = server.call(who, "POST", "/imports", body);
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.body;
}

// Runs to the end and gives the report.
json::object run(ApiServer& server, const TestUser& who, std::int64_t import, bool is_dry_run = false) {
  const std::string path = "/imports/" + std::to_string(import);
  const auto started = server.call(who, "POST", path + ":run", json::object{{"dry_run", is_dry_run}});
  EXPECT_EQ(started.status, 202) << started.text;
  const std::string job = is_dry_run ? "dry_run_job" : "job";
  EXPECT_TRUE(eventually([&] { return server.get(who, path).body.at(job).at("state") == "done"; })) << server.get(who, path).text;
  return server.get(who, path + "/report").body.as_object();
}

json::object import(ApiServer& server, const std::string& text, json::object body) {
  return run(server, server.admin(), make(server, server.admin(), text, std::move(body)).at("id").as_int64());
}

std::int64_t count(ApiServer& server, const std::string& plural) {
  return server.call(server.admin(), "POST", "/" + plural + ":count", json::object{}).body.at("count").at("value").as_int64();
}

json::value first(ApiServer& server, const std::string& plural, const std::string& filter) {
  const auto list = server.get(server.admin(), "/" + plural + "?" + filter);
  EXPECT_EQ(list.status, 200) << list.text;
  if (list.body.at("items").as_array().empty()) return nullptr;
  return server.get(server.admin(), "/" + plural + "/" + std::to_string(list.body.at("items").as_array()[0].at("id").as_int64())).body;
}

const std::string kClients =
    "Отчёт по клиентам;;;;;;\r\n"
    ";;;;;;\r\n"
    "№;Наименование;ИНН;Телефон;E-mail;Город;Контактное лицо\r\n"
    "1;ООО «Якорь»;7707083893;8 (495) 123-45-67, 89161234567;info@yakor.ru;МСК;Гл. бухгалтер Иванова Мария\r\n"
    ";;;;;;\r\n"
    "2;ИП Петров П.П.;780201001;нет;petrov[at]mail.ru;СПб;\r\n"
    "3;Лютик (ООО);7707083894;12;-;Тверь;Сидоров\r\n"
    ";Итого:;;;;;\r\n";

TEST_P(ImportApiTest, MakesRecordsAndCountsEveryRow) {
  ApiServer server(GetParam());
  const auto made = make(server, server.admin(), kClients, {{"entity", "company"}});
  EXPECT_EQ(made.at("sheets").as_array()[0].at("header_row").as_int64(), 3);
  const auto report = run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(report.at("rows").as_int64(), 5);
  EXPECT_EQ(report.at("created").as_int64(), 3);
  EXPECT_EQ(report.at("skipped").as_int64(), 2);
  EXPECT_EQ(report.at("related").at("contacts").as_int64(), 2);
  EXPECT_EQ(report.at("skips").as_array()[0].at("reason"), "blank");
  EXPECT_EQ(report.at("skips").as_array()[1].at("reason"), "total");
  EXPECT_EQ(report.at("mapping").at("Контактное лицо"), "contacts.name");

  const auto anchor = first(server, "companies", "filter[inn]=7707083893");
  EXPECT_EQ(anchor.at("name"), "Якорь");
  EXPECT_EQ(anchor.at("legal_form"), "ООО");
  EXPECT_EQ(anchor.at("city"), "Москва");
  ASSERT_EQ(anchor.at("phones").as_array().size(), 2u);
  EXPECT_EQ(anchor.at("phones").as_array()[1].at("e164"), "+79161234567");
  const auto* marks = anchor.as_object().if_contains("marks");
  EXPECT_TRUE(marks == nullptr || marks->as_array().empty()) << json::serialize(anchor);
  const auto contact = first(server, "contacts", "filter[last_name]=" + std::string("%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0"));
  EXPECT_EQ(contact.at("first_name"), "Мария");
  EXPECT_EQ(contact.at("position"), "Главный бухгалтер");
  EXPECT_EQ(contact.at("company").at("id"), anchor.at("id"));

  const auto doubtful = first(server, "companies", "filter[name]=%D0%9B%D1%8E%D1%82%D0%B8%D0%BA");
  std::set<std::string> marked;
  for (const auto& mark : doubtful.at("marks").as_array()) marked.insert(std::string(mark.at("field").as_string()));
  EXPECT_EQ(marked, (std::set<std::string>{"inn", "phones"}));
}

TEST_P(ImportApiTest, TriesWithTheSameNumbersAndWritesNothing) {
  ApiServer server(GetParam());
  // The same client three times, once with another e-mail; one without a name that is allowed to fail on a date rule.
  std::string text = "Название;ИНН;Телефон;Почта\n";
  for (int i = 0; i < 300; ++i)
    text += "Фирма " + std::to_string(i % 200) + ";;+7495" + std::to_string(1000000 + i % 200) + ";f" + std::to_string(i % 150) +
            "@example.com\n";
  const auto made = make(server, server.admin(), text, {{"entity", "company"}, {"duplicates", "fill"}});
  const auto tried = run(server, server.admin(), made.at("id").as_int64(), true);
  EXPECT_EQ(count(server, "companies"), 0);
  const auto done = run(server, server.admin(), made.at("id").as_int64());
  for (const auto* key : {"rows", "created", "updated", "skipped", "failed"}) EXPECT_EQ(tried.at(key), done.at(key)) << key;
  EXPECT_EQ(count(server, "companies"), done.at("created").as_int64());
  EXPECT_LT(done.at("created").as_int64(), 300);
}

TEST_P(ImportApiTest, FillsOrOverwritesWhatIsKnown) {
  ApiServer server(GetParam());
  const std::string head = "Название;ИНН;Телефон;Город\n";
  import(server, head + "Якорь;7707083893;8 495 123-45-67;\n", {{ "entity", "company" }});
  EXPECT_EQ(import(server, head + "Другое имя;7707083893;8 495 765-43-21;Тверь\n", {{"entity", "company"}, {"duplicates", "skip"}})
                .at("skipped")
                .as_int64(),
            1);
  EXPECT_EQ(import(server, head + "Другое имя;7707083893;8 495 765-43-21;Тверь\n", {{"entity", "company"}, {"duplicates", "fill"}})
                .at("updated")
                .as_int64(),
            1);
  auto company = first(server, "companies", "filter[inn]=7707083893");
  EXPECT_EQ(company.at("name"), "Якорь");
  EXPECT_EQ(company.at("city"), "Тверь");
  EXPECT_EQ(company.at("phones").as_array().size(), 2u);
  EXPECT_EQ(import(server, head + "Другое имя;7707083893;8 495 765-43-21;Псков\n", {{"entity", "company"}, {"duplicates", "overwrite"}})
                .at("updated")
                .as_int64(),
            1);
  company = first(server, "companies", "filter[inn]=7707083893");
  EXPECT_EQ(company.at("name"), "Другое имя");
  EXPECT_EQ(company.at("city"), "Псков");
  EXPECT_EQ(company.at("phones").as_array().size(), 1u);
  EXPECT_EQ(import(server, head + "Ещё;7707083893;;\n", {{"entity", "company"}, {"duplicates", "create"}}).at("created").as_int64(), 1);
}

TEST_P(ImportApiTest, DoesNotJoinFirmsByASharedTelephoneOrAWrongNumber) {
  ApiServer server(GetParam());
  const std::string head = "Название;ИНН;Телефон\n";
  import(server, head + "Якорь;7707083893;8 495 123-45-67\nЛютик;7707083894;\n", {{ "entity", "company" }});
  const auto report = import(server, head + "Ромашка;7736050003;8 495 123-45-67\nВасилёк;7707083894;\n", {{"entity", "company"}});
  EXPECT_EQ(report.at("created").as_int64(), 2);
}

TEST_P(ImportApiTest, UndoesCreationsAndChangesButNotWhatOthersDidSince) {
  ApiServer server(GetParam());
  const std::string head = "Название;ИНН;Город;Телефон\n";
  import(server, head + "Якорь;7707083893;Тверь;8 495 123-45-67\nЛютик;7736050003;Псков;\n", {{ "entity", "company" }});
  const auto made =
      make(server, server.admin(),
           head + "Якорь-2;7707083893;Москва;8 495 765-43-21\nЛютик-2;7736050003;Омск;\nРоза;7728168971;Уфа;\nМак;5024002119;Чита;\n",
           {{"entity", "company"}, {"duplicates", "overwrite"}});
  const auto report = run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(report.at("updated").as_int64(), 2);
  EXPECT_EQ(report.at("created").as_int64(), 2);
  const auto changed = first(server, "companies", "filter[inn]=7736050003");
  const auto rose = first(server, "companies", "filter[inn]=7728168971");
  EXPECT_EQ(
      server.call(server.admin(), "PATCH", "/companies/" + std::to_string(changed.at("id").as_int64()), json::object{{"city", "Томск"}})
          .status,
      200);
  EXPECT_EQ(
      server.call(server.admin(), "PATCH", "/companies/" + std::to_string(rose.at("id").as_int64()), json::object{{"city", "Сочи"}}).status,
      200);

  const auto undo = server.call(server.admin(), "POST", "/jobs/" + std::to_string(report.at("job").as_int64()) + ":undo");
  ASSERT_EQ(undo.status, 202) << undo.text;
  const std::string job = "/jobs/" + std::to_string(undo.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), job).body.at("state") == "done"; }))
      << server.get(server.admin(), job).text;
  const auto result = server.get(server.admin(), job).body.at("result");
  EXPECT_EQ(result.at("removed").as_int64(), 1) << json::serialize(result);
  EXPECT_EQ(result.at("restored").as_int64(), 2);
  EXPECT_EQ(result.at("kept").as_int64(), 2);
  const auto anchor = first(server, "companies", "filter[inn]=7707083893");
  EXPECT_EQ(anchor.at("name"), "Якорь");
  EXPECT_EQ(anchor.at("city"), "Тверь");
  ASSERT_EQ(anchor.at("phones").as_array().size(), 1u);
  EXPECT_EQ(anchor.at("phones").as_array()[0].at("e164"), "+74951234567");
  EXPECT_EQ(first(server, "companies", "filter[inn]=7736050003").at("city"), "Томск");
  EXPECT_EQ(first(server, "companies", "filter[inn]=7736050003").at("name"), "Лютик");
  EXPECT_TRUE(first(server, "companies", "filter[inn]=5024002119").is_null());
  EXPECT_FALSE(first(server, "companies", "filter[inn]=7728168971").is_null());
}

TEST_P(ImportApiTest, TakesNumbersOfAnotherProgramForNothing) {
  ApiServer server(GetParam());
  import(server, "Название\nЯкорь\n", {{ "entity", "company" }});
  const auto report = import(server, "id;Название;Город\n1;Лютик;Тверь\n", {{"entity", "company"}});
  EXPECT_EQ(report.at("created").as_int64(), 1);
  EXPECT_TRUE(report.at("mapping").at("id").is_null());
}

TEST_P(ImportApiTest, LinksContactsWithTheirCompanies) {
  ApiServer server(GetParam());
  import(server, "Название;ИНН\nООО Якорь;7707083893\n", {{ "entity", "company" }});
  const auto report = import(server,
                             "ФИО;Компания;Инн компании;Телефон\nИванов Иван;Якорь;7707083893;+79161234567\nПетров Пётр;ООО "
                             "«Новая»;;+79161234568\nСидоров Сидор;новая;;+79161234569\n",
                             {{"entity", "contact"}});
  EXPECT_EQ(report.at("created").as_int64(), 3) << json::serialize(report);
  EXPECT_EQ(report.at("related").at("companies").as_int64(), 1);
  EXPECT_EQ(count(server, "companies"), 2);
  EXPECT_EQ(first(server, "contacts", "filter[first_name]=%D0%98%D0%B2%D0%B0%D0%BD").at("company").at("title"), "Якорь");
}

TEST_P(ImportApiTest, FindsTheOwnerByAnyFormOfTheName) {
  ApiServer server(GetParam());
  const auto maria = server.add_user("Соколова Мария Сергеевна");
  server.add_user("Соколов Пётр Андреевич");
  const auto report =
      import(server, "Название;Ответственный\nА1;Соколова М.\nБ2;Мария Соколова\nВ3;Неизвестный Н.\n", {{"entity", "company"}});
  EXPECT_EQ(report.at("created").as_int64(), 3);
  EXPECT_EQ(first(server, "companies", "filter[name]=%D0%901").at("owner").at("id").as_int64(), maria.id);
  EXPECT_EQ(first(server, "companies", "filter[name]=%D0%912").at("owner").at("id").as_int64(), maria.id);
  EXPECT_EQ(first(server, "companies", "filter[name]=%D0%923").at("marks").as_array()[0].at("code"), "user_not_found");
}

TEST_P(ImportApiTest, HandsOutFailedRowsWithTheirReason) {
  ApiServer server(GetParam());
  const auto made =
      make(server, server.admin(), "Название;Статус;Телефон\nЛид 1;new;\nЛид 2;rejected;+79161234567\n", {{"entity", "lead"}});
  const auto report = run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(report.at("failed").as_int64(), 1);
  EXPECT_EQ(report.at("failures").as_array()[0].at("row").as_int64(), 2);
  EXPECT_EQ(report.at("failures").as_array()[0].at("field"), "reject_reason");
  EXPECT_NE(report.at("failures").as_array()[0].at("message"), report.at("failures").as_array()[0].at("reason"));
  const auto file = server.send(server.admin(), "GET", "/imports/" + std::to_string(made.at("id").as_int64()) + "/failed", {});
  EXPECT_NE(file.text.find("\"Лид 2\";\"rejected\";\"'+79161234567\""), std::string::npos) << file.text;
  EXPECT_NE(file.text.find("Причина"), std::string::npos);
}

TEST_P(ImportApiTest, LooksAtTheFileAnewWhenItIsToBeReadOtherwise) {
  ApiServer server(GetParam());
  const auto made = make(server, server.admin(), "Наши|клиенты\r\nНазвание|ИНН\r\nЯкорь|7707083893\r\n", {{"entity", "company"}});
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64());
  const auto other = server.call(server.admin(), "PATCH", path, json::object{{"delimiter", ";"}});
  ASSERT_EQ(other.status, 200) << other.text;
  EXPECT_EQ(other.body.at("sheets").as_array()[0].at("columns").as_array().size(), 1u);
  const auto back = server.call(server.admin(), "PATCH", path, json::object{{"delimiter", "|"}});
  EXPECT_EQ(back.body.at("sheets").as_array()[0].at("columns").as_array()[1].at("target"), "inn");
  EXPECT_EQ(back.body.at("sheets").as_array()[0].at("header_row").as_int64(), 2);

  // A header that people name counts; without it the sheet is read as it was found, left out it shows nothing to be written.
  const auto with_header = [&](json::value row) {
    return server.call(server.admin(), "PATCH", path,
                       json::object{{"sheets", json::array{json::object{{"sheet", 0}, {"header_row", std::move(row)}}}}});
  };
  EXPECT_EQ(with_header(1).body.at("sheets").as_array()[0].at("columns").as_array()[1].at("column"), "клиенты");
  EXPECT_EQ(with_header(-1).body.at("sheets").as_array()[0].at("header_row").as_int64(), -1);
  EXPECT_EQ(server.call(server.admin(), "POST", path + ":preview").body.at("items").as_array().size(), 0u);
  EXPECT_EQ(with_header(400).status, 400);
  EXPECT_EQ(with_header(nullptr).body.at("sheets").as_array()[0].at("header_row").as_int64(), 2);

  const auto head = server.call(server.admin(), "POST", path + ":preview?head=true&sheet=0");
  ASSERT_EQ(head.status, 200) << head.text;
  std::vector<std::string> kinds;
  for (const auto& row : head.body.at("items").as_array()) kinds.emplace_back(row.at("kind").as_string());
  EXPECT_EQ(kinds, (std::vector<std::string>{"above", "header", "data"}));
}

TEST_P(ImportApiTest, ReadsWordsOfATableAsTheOptionsTheyStandFor) {
  ApiServer server(GetParam());
  const auto made = make(server, server.admin(), "Название;Статус\nЛид 1;Перезвонить\nЛид 2;Новый\n", {{"entity", "lead"}});
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64());
  json::array columns = made.at("sheets").as_array()[0].at("columns").as_array();
  ASSERT_EQ(columns[1].at("target"), "status");
  columns[1].as_object()["values"] = json::object{{"перезвонить", "in_work"}};
  const auto changed =
      server.call(server.admin(), "PATCH", path, json::object{{"sheets", json::array{json::object{{"sheet", 0}, {"columns", columns}}}}});
  ASSERT_EQ(changed.status, 200) << changed.text;
  run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(count(server, "leads"), 2);
  EXPECT_EQ(first(server, "leads", "sort=id").at("status"), "in_work");
}

TEST_P(ImportApiTest, ShowsTheRowsWhoseRecordsAreDoubtfulStill) {
  ApiServer server(GetParam());
  const auto made = make(server, server.admin(), "Название;ИНН\nЯкорь;7707083893\nЛютик;7707083894\n", {{"entity", "company"}});
  run(server, server.admin(), made.at("id").as_int64());
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64()) + "/rows?status=doubtful";
  const auto rows = server.get(server.admin(), path).body.at("items").as_array();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at("row").as_int64(), 2);
  const std::string record = "/companies/" + std::to_string(rows[0].at("record").as_int64());
  EXPECT_EQ(server.call(server.admin(), "PATCH", record, json::object{{"inn", "7736050003"}}).status, 200);
  EXPECT_TRUE(server.get(server.admin(), path).body.at("items").as_array().empty());
}

TEST_P(ImportApiTest, RemembersTheColumnsOfAHeader) {
  ApiServer server(GetParam());
  const std::string text = "Штуковина;Название\nмоя заметка;Якорь\n";
  const auto made = make(server, server.admin(), text, {{"entity", "company"}, {"save_mapping_as", "мои столбцы"}});
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64());
  json::array columns = made.at("sheets").as_array()[0].at("columns").as_array();
  EXPECT_EQ(columns[0].at("target"), "");
  columns[0].as_object()["target"] = "description";
  const auto changed =
      server.call(server.admin(), "PATCH", path, json::object{{"sheets", json::array{json::object{{"sheet", 0}, {"columns", columns}}}}});
  ASSERT_EQ(changed.status, 200) << changed.text;
  run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(make(server, server.admin(), text, {{"entity", "company"}}).at("sheets").as_array()[0].at("columns").as_array()[0].at("target"),
            "description");
  EXPECT_EQ(make(server, server.admin(), "Название;Прочее;Штуковина\nа;б;в\n", {{"entity", "company"}, {"mapping", "мои столбцы"}})
                .at("sheets")
                .as_array()[0]
                .at("columns")
                .as_array()[2]
                .at("target"),
            "description");
}

TEST_P(ImportApiTest, AsksAboutDuplicatesAndTakesTheAnswer) {
  ApiServer server(GetParam());
  import(server, "Название;ИНН\nЯкорь;7707083893\n", {{ "entity", "company" }});
  const auto made =
      make(server, server.admin(), "Название;ИНН;Город\nЯкорь;7707083893;Тверь\n", {{"entity", "company"}, {"duplicates", "ask"}});
  const auto report = run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(report.at("review").as_int64(), 1);
  EXPECT_EQ(report.at("skipped").as_int64(), 1);
  const auto decided = server.call(server.admin(), "POST", "/imports/" + std::to_string(made.at("id").as_int64()) + ":decide",
                                   json::object{{"sheet", 0}, {"row", 1}, {"decision", "fill"}});
  ASSERT_EQ(decided.status, 200) << decided.text;
  EXPECT_EQ(decided.body.at("status"), "updated");
  EXPECT_EQ(first(server, "companies", "filter[inn]=7707083893").at("city"), "Тверь");
}

TEST_P(ImportApiTest, BelongToWhoeverStartedThem) {
  ApiServer server(GetParam());
  const auto clerk = server.add_user("Clerk", {{"company", json::object{{"read", "own"}, {"create", "all"}, {"update", "own"}}}});
  const auto other = server.add_user("Other", {{"company", json::object{{"read", "own"}}}});
  const auto made = make(server, clerk, "Название\nЯкорь\n", {{"entity", "company"}});
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64());
  EXPECT_EQ(server.get(other, path).status, 404);
  EXPECT_EQ(server.call(other, "POST", path + ":run", json::object{}).status, 404);
  const std::int64_t file = upload(server, other, "Название\nА\n");
  EXPECT_EQ(server.call(other, "POST", "/imports", json::object{{"entity", "company"}, {"file", file}}).status, 403);
  EXPECT_EQ(server.call(clerk, "POST", "/imports", json::object{{"entity", "company"}, {"file", file}}).status, 404);
  run(server, clerk, made.at("id").as_int64());
  EXPECT_EQ(count(server, "companies"), 1);
}

TEST_P(ImportApiTest, ForgetsCellsWhenPurged) {
  ApiServer server(GetParam());
  const auto made = make(server, server.admin(), "Название\nЯкорь\n", {{"entity", "company"}});
  const std::string path = "/imports/" + std::to_string(made.at("id").as_int64());
  run(server, server.admin(), made.at("id").as_int64());
  EXPECT_EQ(server.get(server.admin(), path + "/rows").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(server.call(server.admin(), "DELETE", path).status, 204);
  EXPECT_TRUE(server.get(server.admin(), path + "/rows").body.at("items").as_array().empty());
  EXPECT_EQ(count(server, "companies"), 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, ImportApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
