// A person's data go for good: card, activities, history, search, files; a restored backup forgets them again.
#include "server/flow/erasure.hpp"
#include "server/app/tests/api_testing.hpp"

namespace clients {

namespace {

const json::object kAllRights = {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "all"}}}};

class ErasureTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser& admin = server.admin();
  std::int64_t create(std::string_view path, const json::object& values) {
    const auto answer = server.call(admin, "POST", path, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  void erase(std::int64_t contact) {
    const auto started = server.call(admin, "POST", "/erasures", {{"entity", "contact"}, {"id", contact}, {"reason", "Заявление"}});
    ASSERT_EQ(started.status, 202) << started.text;
    json::value row;
    ASSERT_TRUE(app::eventually([&] {
      row = server.get(admin, "/jobs/" + std::to_string(started.id())).body;
      return !row.at("finished_at").is_null();
    }));
    ASSERT_EQ(row.at("state").as_string(), "done") << json::serialize(row);
  }
  // Rows of a table that hold the text in any column.
  std::int64_t rows_with(const std::string& sql, const std::string& text) {
    std::int64_t count = 0;
    server.application().database().read({.name = "test"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("test", sql);
      if (statement.bind_text(1, text).step()) count = statement.integer(0);
    });
    return count;
  }
};

TEST_P(ErasureTest, NothingOfThePersonIsLeftButTheConsentAndTheLog) {
  const auto company = create("/companies", {{"name", "Ромашка"}});
  const auto contact = create("/contacts", {{"name", "Незабудкин Пётр"},
                                            {"position", "Ботаник"},
                                            {"company", company},
                                            {"phones", {{{"raw", "+79161234567"}}}},
                                            {"birthday", "1980-01-02"}});
  server.call(admin, "PATCH", "/contacts/" + std::to_string(contact), {{"name", "Незабудкин Пётр Ильич"}});
  create("/notes", {{"body", "<p>Незабудкин любит цветы</p>"}, {"subject", {{"entity", "contact"}, {"id", contact}}}});
  const auto deal = create("/deals", {{"name", "Сделка"}, {"contact", contact}});
  const auto consent = create("/consents", {{"contact", contact}, {"purpose", "processing"}});

  const auto kept = server.get(admin, "/personal-data?entity=contact&id=" + std::to_string(contact));
  ASSERT_EQ(kept.status, 200) << kept.text;
  EXPECT_EQ(kept.body.at("record").at("name").as_string(), "Незабудкин Пётр Ильич");
  EXPECT_TRUE(kept.body.at("related").as_object().contains("consent.contact")) << kept.text;
  EXPECT_TRUE(kept.body.at("related").as_object().contains("deal.contact"));

  const auto dry = server.call(admin, "POST", "/erasures?dry_run=true", {{"entity", "contact"}, {"id", contact}});
  EXPECT_EQ(dry.body.at("related").at("note").as_int64(), 1) << dry.text;
  const auto anna = server.add_user("Анна", kAllRights);
  EXPECT_EQ(server.call(anna, "POST", "/erasures", {{"entity", "contact"}, {"id", contact}, {"reason", "x"}}).status, 403);
  erase(contact);

  EXPECT_EQ(server.get(admin, "/contacts/" + std::to_string(contact)).status, 404);
  EXPECT_EQ(server
                .get(admin,
                     "/search?q="
                     "%D0%BD%D0%B5%D0%B7%D0%B0%D0%B1%D1%83%D0%B4%D0%BA%D0%B8%D0%BD")
                .text.find("Незабудкин"),
            std::string::npos);
  for (const char* sql :
       {"SELECT count(*) FROM sys_audit WHERE changes LIKE '%' || $1 || '%'",
        "SELECT count(*) FROM contact WHERE name LIKE '%' || $1 || '%'", "SELECT count(*) FROM note WHERE body LIKE '%' || $1 || '%'"}) {
    EXPECT_EQ(rows_with(sql, "Незабудкин"), 0) << sql;
  }
  EXPECT_EQ(rows_with("SELECT count(*) FROM contact__phones WHERE e164 = $1", "+79161234567"), 0);
  EXPECT_EQ(rows_with("SELECT count(*) FROM company_contact WHERE position = $1", "Ботаник"), 0);
  EXPECT_EQ(server.get(admin, "/deals/" + std::to_string(deal)).status, 200) << "what belongs to the company stays";
  EXPECT_EQ(server.get(admin, "/consents/" + std::to_string(consent)).status, 200) << "the proof of the consent stays";
  EXPECT_EQ(server.get(admin, "/suppressions?count=exact").body.at("count").at("value").as_int64(), 1);
  const auto log = server.get(admin, "/erasures").body.at("items").as_array();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log.front().at("reason").as_string(), "Заявление");
}

TEST_P(ErasureTest, LettersToThePersonGoButNotThoseToAnAddressThatOthersHave) {
  const json::object settings{
      {"host", "127.0.0.1"}, {"port", 1}, {"security", "none"}, {"from_address", "crm@example.ru"}, {"site_url", "https://crm.example.ru"}};
  ASSERT_EQ(server.call(admin, "PUT", "/settings/mail-server", settings).status, 200);
  const auto company = create("/companies", {{"name", "Лютик"}, {"emails", {"info@lutik.example"}}});
  const auto contact =
      create("/contacts", {{"name", "Лютиков Пётр"}, {"company", company}, {"emails", {"petr@lutik.example", "info@lutik.example"}}});
  const auto deal = create("/deals", {{"name", "Сделка"}, {"contact", contact}});
  const auto letter = [&](json::array to, json::array copies) {
    const json::object about{{"entity", "deal"}, {"id", deal}};
    return "/outgoing-mails/" +
           std::to_string(
               create("/outgoing-mails",
                      {{"recipients", to}, {"copies", copies}, {"subject", "Лютикову"}, {"text", "Пётр, здравствуйте"}, {"about", about}}));
  };
  const auto to_him = letter({"petr@lutik.example"}, {}), copy = letter({"boss@example.com"}, {"PETR@lutik.example"}),
             shared = letter({"info@lutik.example"}, {});
  erase(contact);
  EXPECT_EQ(server.get(admin, to_him).status, 404);
  EXPECT_EQ(server.get(admin, copy).status, 404);
  EXPECT_EQ(server.get(admin, shared).status, 200);
  EXPECT_EQ(rows_with("SELECT count(*) FROM outgoing_mail WHERE text LIKE '%' || $1 || '%'", "Пётр"), 1);
  EXPECT_EQ(rows_with("SELECT count(*) FROM outgoing_mail__recipients WHERE value = $1", "petr@lutik.example"), 0);
}

TEST_P(ErasureTest, ABackupFromBeforeIsErasedAgainAtTheStart) {
  const auto contact = create("/contacts", {{"name", "Васильков Иван"}});
  erase(contact);
  // What a restored backup looks like: the data are back, the base knows of no erasure; the file of the data folder does.
  auto& services = server.application().api().services;
  services.database.write({.name = "test"}, [&](store::Connection& connection) {
    connection.execute("DELETE FROM sys_erasure");
    connection.execute("UPDATE contact SET name = 'Васильков Иван', deleted_at = NULL WHERE id = " + std::to_string(contact));
  });
  const std::string file = server.application().folder().path() + "/erasures.log";
  EXPECT_EQ(flow::replay_erasures(services, {file}), 1);
  EXPECT_EQ(rows_with("SELECT count(*) FROM contact WHERE name LIKE '%' || $1 || '%'", "Васильков"), 0);
  EXPECT_EQ(flow::replay_erasures(services, {file}), 0);
}

TEST_P(ErasureTest, ImportsWebHooksMergesAndNoticesForgetThePersonToo) {
  const std::string table =
      "ФИО;Телефон;Почта\nОрхидеев Семён;+7 916 765-43-21;semen@orchid.ru\nФиалкина Анна;+7 916 111-22-33;anna@violet.ru\nбез имени;+7 916 "
      "765-43-21;\n";
  const auto file =
      server.send(admin, "POST", "/files", {{"X-File-Name", "people.csv"}, {"Content-Type", "application/octet-stream"}}, table);
  const auto import = server.call(admin, "POST", "/imports", {{"entity", "contact"}, {"file", file.id()}, {"duplicates", "create"}});
  ASSERT_EQ(import.status, 201) << import.text;
  const std::string path = "/imports/" + std::to_string(import.id());
  ASSERT_EQ(server.call(admin, "POST", path + ":run", json::object{}).status, 202);
  ASSERT_TRUE(app::eventually([&] { return server.get(admin, path).body.at("job").at("state") == "done"; }));
  const auto person = server.get(admin, "/contacts?filter[last_name]=%D0%9E%D1%80%D1%85%D0%B8%D0%B4%D0%B5%D0%B5%D0%B2")
                          .body.at("items")
                          .at(0)
                          .at("id")
                          .as_int64();
  const auto twin =
      create("/contacts?on_duplicate=create", {{"name", "Орхидеев С."}, {"position", "Двойник"}, {"phones", {{{"raw", "+79167654321"}}}}});
  const std::string contact = "/contacts/" + std::to_string(person);
  ASSERT_EQ(server.call(admin, "POST", contact + ":merge", {{"others", {twin}}}).status, 200);
  server.application().database().write({.name = "test"}, [&](store::Connection& connection) {
    connection.execute("INSERT INTO sys_notice(user_id, kind, entity_id, record_id, actor_id, args, created_at) VALUES(1, 'x', 111, " +
                       std::to_string(person) + ", 0, '{\"title\":\"Орхидеев\"}', 0)");
    connection.execute(
        "INSERT INTO sys_web_hook_delivery(hook_id, event, entity_id, record_id, version, action, fields, user_id, at, created_at, state, "
        "give_up_at, body) VALUES(1, 'e', 111, " +
        std::to_string(person) + ", 1, 'created', '[]', 1, 0, 0, 'delivered', 0, '{\"name\":\"Орхидеев\"}')");
  });
  erase(person);
  for (const std::string sql : {"SELECT count(*) FROM sys_import_row WHERE cells LIKE '%' || $1 || '%'",
                                "SELECT count(*) FROM sys_import WHERE plan LIKE '%' || $1 || '%'",
                                "SELECT count(*) FROM sys_notice WHERE args LIKE '%' || $1 || '%'",
                                "SELECT count(*) FROM sys_web_hook_delivery WHERE body LIKE '%' || $1 || '%'",
                                "SELECT count(*) FROM sys_merge WHERE before LIKE '%' || $1 || '%' OR after LIKE '%' || $1 || '%'",
                                "SELECT count(*) FROM contact WHERE name LIKE '%' || $1 || '%'"})
    EXPECT_EQ(rows_with(sql, "Орхидеев"), 0) << sql;
  EXPECT_EQ(rows_with("SELECT count(*) FROM sys_import_row WHERE cells LIKE '%' || $1 || '%'", "765-43-21"), 0)
      << "a row that names only his telephone";
  EXPECT_EQ(rows_with("SELECT count(*) FROM sys_import_row WHERE cells LIKE '%' || $1 || '%'", "Фиалкина"), 1) << "others stay";
  EXPECT_EQ(rows_with("SELECT count(*) FROM contact WHERE position = $1", "Двойник"), 0) << "what was merged into him is gone as well";
  EXPECT_NE(server.call(admin, "POST", contact + ":unmerge", json::object{}).status, 200);
  EXPECT_EQ(rows_with("SELECT count(*) FROM sys_file WHERE name = $1", "people.csv"), 0);
}

TEST_P(ErasureTest, GivesEverythingWithTheFilesAsAnArchive) {
  const auto file = server.send(admin, "POST", "/files", {{"X-File-Name", "passport.txt"}, {"Content-Type", "application/octet-stream"}},
                                "Розов, страница 1");
  const auto contact = create("/contacts", {{"name", "Розов Пётр"}, {"files", {file.id()}}});
  const auto answer = server.get(admin, "/personal-data?format=zip&entity=contact&id=" + std::to_string(contact));
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.raw.header("Content-Type"), "application/zip");
  EXPECT_TRUE(answer.raw.body.starts_with("PK"));
  for (const std::string& name : {std::string("data.json"), "files/" + std::to_string(file.id()) + " passport.txt"})
    EXPECT_NE(answer.raw.body.find(name), std::string::npos) << name;
  EXPECT_EQ(server.get(admin, "/personal-data?format=pdf&entity=contact&id=" + std::to_string(contact)).status, 400);
}

TEST_P(ErasureTest, EachNodesFileKnowsWhatOthersErased) {
  const auto contact = create("/contacts", {{"name", "Пионов Олег"}});
  erase(contact);
  const std::string other = server.application().folder().path() + "/erasures-of-another-node.log";
  auto& services = server.application().api().services;
  EXPECT_EQ(flow::mirror_erasures(services, other), 1);
  EXPECT_EQ(flow::mirror_erasures(services, other), 0);
  services.database.write({.name = "test"}, [&](store::Connection& connection) {
    connection.execute("DELETE FROM sys_erasure");
    connection.execute("UPDATE contact SET name = 'Пионов Олег', deleted_at = NULL WHERE id = " + std::to_string(contact));
  });
  EXPECT_EQ(flow::replay_erasures(services, {other}), 1);
  EXPECT_EQ(rows_with("SELECT count(*) FROM contact WHERE name LIKE '%' || $1 || '%'", "Пионов"), 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, ErasureTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace clients
