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
  EXPECT_EQ(flow::replay_erasures(services, file), 1);
  EXPECT_EQ(rows_with("SELECT count(*) FROM contact WHERE name LIKE '%' || $1 || '%'", "Васильков"), 0);
  EXPECT_EQ(flow::replay_erasures(services, file), 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, ErasureTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace clients
