// Merging records and taking it back, over HTTP.
#include <random>
#include <thread>

#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class MergeApiTest : public ApiTest {
 protected:
  std::int64_t make(std::string_view plural, const json::object& values) { return make(server.admin(), plural, values); }
  std::int64_t make(const TestUser& who, std::string_view plural, const json::object& values) {
    const auto answer = server.call(who, "POST", "/" + std::string(plural) + "?on_duplicate=create", values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  json::object read(std::string_view plural, std::int64_t id) {
    const auto answer = server.get(server.admin(), "/" + std::string(plural) + "/" + std::to_string(id));
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.status == 200 ? answer.body.as_object() : json::object{};
  }
  Answer merge(std::int64_t survivor, const json::object& body, std::string_view plural = "companies") {
    return server.call(server.admin(), "POST", "/" + std::string(plural) + "/" + std::to_string(survivor) + ":merge", body);
  }
  Answer unmerge(std::int64_t survivor, std::string_view plural = "companies") {
    return server.call(server.admin(), "POST", "/" + std::string(plural) + "/" + std::to_string(survivor) + ":unmerge", json::object{});
  }
  static std::int64_t link_of(const json::object& record, std::string_view field) {
    return record.at(field).is_null() ? 0 : record.at(field).at("id").as_int64();
  }
  // A record as it is remembered: all but what every save changes.
  static std::string image(json::object record) {
    for (const char* member : {"version", "updated_at", "updated_by"}) record.erase(member);
    return json::serialize(record);
  }

  ApiServer server{GetParam()};
};

TEST_P(MergeApiTest, TheSurvivorTakesWhatItLacksAndUnitesLists) {
  const auto kept = make("companies", {{"name", "Ветер"},
                                       {"phones", json::array{"+7 495 111-11-11", "+7 495 222-22-22"}},
                                       {"city", "Москва"},
                                       {"tags", json::array{"север"}}});
  const auto gone = make("companies", {{"name", "ООО «Ветер»"},
                                       {"phones", json::array{"+7 495 222-22-22", "+7 495 333-33-33"}},
                                       {"city", "Тула"},
                                       {"inn", "7707083893"},
                                       {"tags", json::array{"юг"}}});
  const auto preview = merge(kept, {{"others", json::array{gone}}, {"choose", {{"city", gone}}}, {"dry_run", true}});
  ASSERT_EQ(preview.status, 200) << preview.text;
  EXPECT_EQ(preview.body.at("records").as_array().size(), 2u);
  EXPECT_EQ(preview.body.at("result").at("inn").as_string(), "7707083893");
  EXPECT_EQ(preview.body.at("from").at("phones").as_string(), "union");
  EXPECT_EQ(preview.body.at("from").at("city").as_int64(), gone);
  EXPECT_EQ(read("companies", kept).at("city").as_string(), "Москва");

  const auto done = merge(kept, {{"others", json::array{gone}}, {"choose", {{"city", gone}, {"name", {{"value", "Ветер Север"}}}}}});
  ASSERT_EQ(done.status, 200) << done.text;
  const auto record = read("companies", kept);
  EXPECT_EQ(record.at("name").as_string(), "Ветер Север");
  EXPECT_EQ(record.at("inn").as_string(), "7707083893");
  EXPECT_EQ(record.at("city").as_string(), "Тула");
  EXPECT_EQ(record.at("phones").as_array().size(), 3u);
  EXPECT_EQ(record.at("tags").as_array().size(), 2u);

  // The old address leads to the survivor.
  const auto old = server.get(server.admin(), "/companies/" + std::to_string(gone));
  ASSERT_EQ(old.status, 200);
  EXPECT_EQ(old.id(), kept);
  EXPECT_EQ(old.raw.header("Content-Location"), "/api/v1/companies/" + std::to_string(kept));
  EXPECT_EQ(server.call(server.admin(), "POST", "/companies/" + std::to_string(gone) + ":restore").status, 422);
  // Whoever writes to the old address is told which one stayed; who may not read that one learns nothing.
  const auto patched = server.call(server.admin(), "PATCH", "/companies/" + std::to_string(gone), {{"city", "Омск"}});
  EXPECT_EQ(patched.status, 409) << patched.text;
  EXPECT_EQ(patched.body.at("survivor").as_int64(), kept);
  EXPECT_EQ(server.call(server.admin(), "DELETE", "/companies/" + std::to_string(gone)).status, 409);
  const auto stranger = server.add_user("Чужой", {{"company", {{"read", "own"}, {"update", "own"}}}});
  EXPECT_EQ(server.call(stranger, "PATCH", "/companies/" + std::to_string(gone), {{"city", "Омск"}}).status, 404);
  EXPECT_EQ(read("companies", kept).at("city").as_string(), "Тула");
  const auto history = server.get(server.admin(), "/companies/" + std::to_string(kept) + "/history");
  EXPECT_EQ(history.body.at("items").at(0).at("action").as_string(), "merged");
}

TEST_P(MergeApiTest, EverythingThatPointsToTheOthersIsMovedAndComesBack) {
  const auto kept = make("companies", {{"name", "Ветер"}});
  const auto gone = make("companies", {{"name", "Ветер ООО"}});
  const auto child = make("companies", {{"name", "Филиал"}, {"parent", gone}});
  const auto shared_contact = make("contacts", {{"name", "Анна"}, {"companies", json::array{kept, gone}}});
  const auto contact = make("contacts", {{"name", "Борис"}, {"companies", json::array{gone}}, {"company", gone}});
  const auto task =
      make("tasks", {{"name", "Позвонить"}, {"subject", {{"entity", "company"}, {"id", gone}}}, {"due_at", "2030-01-01T10:00:00Z"}});
  const auto note = make("notes", {{"body", "<p>Любит тишину</p>"}, {"subject", {{"entity", "company"}, {"id", gone}}}});
  const auto user = server.add_user("Вера");
  ASSERT_EQ(
      server.call(server.admin(), "POST", "/companies/" + std::to_string(gone) + "/shares", {{"user", user.id}, {"level", "read"}}).status,
      200);
  const std::vector<std::pair<std::string, std::int64_t>> all = {
      {"companies", kept},   {"companies", gone}, {"companies", child}, {"contacts", shared_contact},
      {"contacts", contact}, {"tasks", task},     {"notes", note}};
  std::vector<std::string> before;
  for (const auto& [plural, id] : all) before.push_back(image(read(plural, id)));

  const auto done = merge(kept, {{"others", json::array{gone}}});
  ASSERT_EQ(done.status, 200) << done.text;
  EXPECT_EQ(link_of(read("companies", child), "parent"), kept);
  EXPECT_EQ(link_of(read("contacts", contact), "company"), kept);
  EXPECT_EQ(read("contacts", shared_contact).at("companies").as_array().size(), 1u);
  EXPECT_EQ(link_of(read("contacts", contact).at("companies").at(0).is_object()
                        ? json::object{{"c", read("contacts", contact).at("companies").at(0)}}
                        : json::object{{"c", nullptr}},
                    "c"),
            kept);
  EXPECT_EQ(link_of(read("tasks", task), "subject"), kept);
  EXPECT_EQ(link_of(read("notes", note), "subject"), kept);
  EXPECT_FALSE(read("companies", kept).at("next_step_at").is_null());
  EXPECT_EQ(server.get(server.admin(), "/companies/" + std::to_string(kept) + "/shares").body.at("items").as_array().size(), 1u);

  const auto undone = unmerge(kept);
  ASSERT_EQ(undone.status, 200) << undone.text;
  EXPECT_TRUE(undone.body.at("kept_fields").as_array().empty()) << undone.text;
  EXPECT_EQ(undone.body.at("kept_links").as_int64(), 0);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(image(read(all[i].first, all[i].second)), before[i]) << all[i].first;
  EXPECT_TRUE(server.get(server.admin(), "/companies/" + std::to_string(kept) + "/shares").body.at("items").as_array().empty());
  EXPECT_EQ(unmerge(kept).status, 404);
}

TEST_P(MergeApiTest, UndoKeepsWhatWasEditedLater) {
  const auto kept = make("companies", {{"name", "Ветер"}, {"city", "Москва"}, {"phones", json::array{"+7 495 111-11-11"}}});
  const auto gone = make("companies", {{"name", "Ветер ООО"}, {"inn", "7707083893"}, {"phones", json::array{"+7 495 222-22-22"}}});
  const auto child = make("companies", {{"name", "Филиал"}, {"parent", gone}});
  ASSERT_EQ(merge(kept, {{"others", json::array{gone}}, {"choose", {{"name", gone}}}}).status, 200);
  // Edited after the merge: the name, one more telephone, the child's parent.
  json::array phones = read("companies", kept).at("phones").as_array();
  phones.push_back("+7 495 333-33-33");
  ASSERT_EQ(server.call(server.admin(), "PATCH", "/companies/" + std::to_string(kept), {{"name", "Буря"}, {"phones", phones}}).status, 200);
  ASSERT_EQ(server.call(server.admin(), "PATCH", "/companies/" + std::to_string(child), {{"parent", nullptr}}).status, 200);

  const auto undone = unmerge(kept);
  ASSERT_EQ(undone.status, 200) << undone.text;
  const auto record = read("companies", kept);
  EXPECT_EQ(record.at("name").as_string(), "Буря");
  EXPECT_TRUE(record.at("inn").is_null());
  EXPECT_EQ(record.at("phones").as_array().size(), 2u) << json::serialize(record.at("phones"));
  EXPECT_EQ(link_of(read("companies", child), "parent"), 0);
  EXPECT_EQ(undone.body.at("kept_fields").as_array().size(), 2u) << undone.text;
  EXPECT_EQ(undone.body.at("kept_links").as_int64(), 1);
  EXPECT_EQ(read("companies", gone).at("inn").as_string(), "7707083893");
}

TEST_P(MergeApiTest, HistoryUndoesAMergeToo) {
  const auto kept = make("companies", {{"name", "Ветер"}});
  const auto gone = make("companies", {{"name", "Ветер ООО"}, {"city", "Тула"}});
  ASSERT_EQ(merge(kept, {{"others", json::array{gone}}}).status, 200);
  const auto history = server.get(server.admin(), "/companies/" + std::to_string(kept) + "/history").body.at("items").as_array();
  const auto answer =
      server.call(server.admin(), "POST",
                  "/companies/" + std::to_string(kept) + "/history/" + std::to_string(history.at(0).at("seq").as_int64()) + ":undo");
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(read("companies", gone).at("id").as_int64(), gone);
  EXPECT_TRUE(read("companies", kept).at("city").is_null());
}

TEST_P(MergeApiTest, NeedsTheRightToChangeAllAndToDeleteTheOthers) {
  const auto reader = server.add_user("Анна", {{"company", {{"read", "all"}, {"create", "all"}, {"update", "all"}, {"delete", "none"}}}});
  const auto owner = server.add_user("Борис", {{"company", {{"read", "all"}, {"create", "all"}, {"update", "own"}, {"delete", "own"}}}});
  const auto blind = server.add_user("Вера", {{"company", {{"read", "own"}, {"create", "all"}, {"update", "own"}, {"delete", "own"}}}});
  const auto kept = make(owner, "companies", {{"name", "Ветер"}});
  const auto gone = make(owner, "companies", {{"name", "Ветер ООО"}});
  const auto others = make("companies", {{"name", "Ветер ЗАО"}});
  const auto path = "/companies/" + std::to_string(kept) + ":merge";
  for (const bool dry : {true, false}) {
    EXPECT_EQ(server.call(reader, "POST", path, {{"others", json::array{gone}}, {"dry_run", dry}}).status, 403) << dry;
    EXPECT_EQ(server.call(owner, "POST", path, {{"others", json::array{others}}, {"dry_run", dry}}).status, 403) << dry;
    EXPECT_EQ(server.call(blind, "POST", path, {{"others", json::array{gone}}, {"dry_run", dry}}).status, 404) << dry;
  }
  EXPECT_EQ(server.call(owner, "POST", path, {{"others", json::array{gone}}}).status, 200);
  EXPECT_EQ(server.call(blind, "POST", "/companies/" + std::to_string(kept) + ":unmerge", json::object{}).status, 404);
  EXPECT_EQ(server.call(reader, "POST", "/companies/" + std::to_string(kept) + ":unmerge", json::object{}).status, 403);
  EXPECT_EQ(server.call(owner, "POST", "/companies/" + std::to_string(kept) + ":unmerge", json::object{}).status, 200);
}

TEST_P(MergeApiTest, RefusesWhatMakesNoSense) {
  const auto kept = make("companies", {{"name", "Ветер"}});
  const auto gone = make("companies", {{"name", "Ветер ООО"}});
  EXPECT_EQ(merge(kept, {{"others", json::array{}}}).status, 400);
  EXPECT_EQ(merge(kept, {{"others", json::array{kept}}}).status, 422);
  EXPECT_EQ(merge(kept, {{"others", json::array{gone, gone}}}).status, 422);
  EXPECT_EQ(merge(kept, {{"others", json::array{999999}}}).status, 404);
  EXPECT_EQ(merge(kept, {{"others", json::array{gone}}, {"choose", {{"nothing", gone}}}}).status, 400);
  EXPECT_EQ(merge(kept, {{"others", json::array{gone}}, {"choose", {{"city", 424242}}}}).status, 400);
  EXPECT_EQ(merge(kept, {{"others", json::array{gone}}, {"choose", {{"name", {{"value", ""}}}}}}).status, 400);
  EXPECT_EQ(merge(kept, {{"others", json::array{gone}}, {"versions", {{std::to_string(gone), 7}}}}).status, 409);
  EXPECT_EQ(read("companies", gone).at("id").as_int64(), gone);
}

TEST_P(MergeApiTest, OfTwoMergesAtOnceOneHolds) {
  const auto one = make("companies", {{"name", "Ветер"}});
  const auto two = make("companies", {{"name", "Ветер ООО"}});
  const auto third = make("companies", {{"name", "Филиал"}, {"parent", one}});
  int first = 0, second = 0;
  std::thread other([&] { second = merge(two, {{"others", json::array{one}}}).status; });
  first = merge(one, {{"others", json::array{two}}}).status;
  other.join();
  EXPECT_EQ((first == 200) + (second == 200), 1) << first << " " << second;
  const auto survivor = first == 200 ? one : two;
  EXPECT_EQ(read("companies", one).at("id").as_int64(), survivor);
  EXPECT_EQ(read("companies", two).at("id").as_int64(), survivor);
  EXPECT_EQ(link_of(read("companies", third), "parent"), survivor);
}

TEST_P(MergeApiTest, ChainsOfMergesLeadToTheLastSurvivor) {
  const auto a = make("companies", {{"name", "А"}}), b = make("companies", {{"name", "Б"}}),
             c = make("companies", {{"name", "В"}, {"parent", a}});
  ASSERT_EQ(merge(b, {{"others", json::array{a}}}).status, 200);
  EXPECT_EQ(link_of(read("companies", c), "parent"), b);
  // The parent merged into its own child: nobody is his own parent.
  ASSERT_EQ(merge(c, {{"others", json::array{b}}}).status, 200);
  EXPECT_EQ(read("companies", a).at("id").as_int64(), c);
  EXPECT_EQ(link_of(read("companies", c), "parent"), 0);
  ASSERT_EQ(unmerge(c).status, 200);
  EXPECT_EQ(link_of(read("companies", c), "parent"), b);
}

TEST_P(MergeApiTest, ManyLinksAreMovedByAJobThatCanBeUndone) {
  const auto kept = make("companies", {{"name", "Ветер"}});
  const auto gone = make("companies", {{"name", "Ветер ООО"}});
  json::array notes;
  for (int i = 0; i < 320; ++i)
    notes.push_back({{"body", "Заметка " + std::to_string(i)}, {"subject", {{"entity", "company"}, {"id", gone}}}});
  ASSERT_EQ(server.call(server.admin(), "POST", "/notes:batch", {{"items", notes}}).status, 200);
  const auto count = [&](std::int64_t id) {
    return server
        .call(server.admin(), "POST", "/notes:count",
              {{"filter", {{"field", "subject"}, {"op", "eq"}, {"value", {{"entity", "company"}, {"id", id}}}}}})
        .body.at("count")
        .at("value")
        .as_int64();
  };
  ASSERT_EQ(count(gone), 320);
  const auto started = merge(kept, {{"others", json::array{gone}}});
  ASSERT_EQ(started.status, 202) << started.text;
  const std::string job = "/jobs/" + std::to_string(started.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), job).body.at("state").as_string() == "done"; }))
      << server.get(server.admin(), job).text;
  EXPECT_EQ(count(kept), 320);
  const auto undo = server.call(server.admin(), "POST", job + ":undo");
  ASSERT_EQ(undo.status, 202) << undo.text;
  const std::string back = "/jobs/" + std::to_string(undo.id());
  ASSERT_TRUE(eventually([&] { return server.get(server.admin(), back).body.at("state").as_string() == "done"; }))
      << server.get(server.admin(), back).text;
  EXPECT_EQ(count(gone), 320);
  EXPECT_EQ(count(kept), 0);
}

// Random records with random links: what a merge moves, its undo moves back.
TEST_P(MergeApiTest, MergeThenUndoIsAsBefore) {
  std::mt19937 random(5);
  const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  const auto phone = [&] { return json::value("+7 495 1" + std::to_string(100000 + pick(40) * 1111)); };
  const int rounds = GetParam() == store::Dialect::kSqlite ? 25 : 8;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::int64_t> companies;
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (int i = 0; i < 4; ++i) {
      json::object values = {{"name", "Клиент " + std::to_string(pick(1000))}, {"phones", json::array{phone(), phone()}}};
      if (pick(2) == 0) values["city"] = "Тула";
      if (pick(2) == 0) values["inn"] = pick(2) == 0 ? "7707083893" : "7707083894";  // the second leaves a mark
      if (pick(2) == 0) values["annual_revenue"] = {{"amount", std::to_string(pick(100000)) + ".50"}, {"currency", "RUB"}};
      if (pick(3) == 0 && !companies.empty())
        values["parent"] = companies[static_cast<std::size_t>(pick(static_cast<int>(companies.size())))];
      if (pick(2) == 0) values["tags"] = json::array{"метка " + std::to_string(pick(3)), "общая"};
      companies.push_back(make("companies", values));
      all.emplace_back("companies", companies.back());
    }
    for (int i = 0; i < 4; ++i) {
      const auto company = companies[static_cast<std::size_t>(pick(4))], second = companies[static_cast<std::size_t>(pick(4))];
      all.emplace_back("contacts",
                       make("contacts", {{"name", "Лицо " + std::to_string(i)},
                                         {"company", company},
                                         {"companies", company == second ? json::array{company} : json::array{company, second}}}));
      all.emplace_back("tasks", make("tasks", {{"name", "Дело"},
                                               {"subject", {{"entity", "company"}, {"id", company}}},
                                               {"due_at", "2030-01-0" + std::to_string(1 + pick(9)) + "T10:00:00Z"}}));
    }
    std::vector<std::string> before;
    for (const auto& [plural, id] : all) before.push_back(image(read(plural, id)));
    json::object choose;
    if (pick(2) == 0) choose["phones"] = companies[1];
    if (pick(2) == 0) choose["name"] = companies[2];
    ASSERT_EQ(merge(companies[0], {{"others", json::array{companies[1], companies[2]}}, {"choose", choose}}).status, 200);
    const auto undone = unmerge(companies[0]);
    ASSERT_EQ(undone.status, 200) << undone.text;
    ASSERT_TRUE(undone.body.at("kept_fields").as_array().empty()) << undone.text;
    const bool numbers_change = choose.contains("phones");  // items taken out come back under new numbers
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (numbers_change && all[i].second == companies[0] && all[i].first == "companies") continue;
      ASSERT_EQ(image(read(all[i].first, all[i].second)), before[i]) << "round " << round << " " << all[i].first;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, MergeApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
