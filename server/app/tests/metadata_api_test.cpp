// Changes of fields and of their texts at run time, as the administration screens make them.
#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class MetadataApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();
  const TestUser english = user_with_language("en");

  TestUser user_with_language(const std::string& language) {
    const auto user = server.add_user("User " + language, {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}}}});
    EXPECT_EQ(server.call(server.admin(), "PATCH", "/users/" + std::to_string(user.id), {{"language", language}}).status, 200);
    return user;
  }
  json::value entity(const TestUser& who, std::string_view key) {
    const auto answer = server.get(who, "/metadata");
    for (const auto& each : answer.body.at("entities").as_array()) {
      if (each.at("key").as_string() == key) return each;
    }
    return nullptr;
  }
  json::value field(const TestUser& who, std::string_view entity_key, std::string_view key) {
    const json::value found = entity(who, entity_key);
    for (const auto& each : found.at("fields").as_array()) {
      if (each.at("key").as_string() == key) return each;
    }
    return nullptr;
  }
  Answer patch(std::string_view path, const json::value& body) {
    return server.call(admin, "PATCH", "/metadata/entities/" + std::string(path), body);
  }
  Answer add(const json::value& body) { return server.call(admin, "POST", "/metadata/entities/company/fields", body); }
  static std::string error_of(const Answer& answer) {
    const auto* errors = answer.body.as_object().if_contains("errors");
    if (errors == nullptr || errors->as_array().empty()) return std::to_string(answer.status);
    return std::string(errors->at(0).at("path").as_string()) + ":" + std::string(errors->at(0).at("code").as_string());
  }
};

TEST_P(MetadataApiTest, PatchesOneLanguageWithoutLosingTheOther) {
  const auto before = server.get(admin, "/metadata/entities/company/texts").body;
  const std::string russian(before.at("texts").at("fields").at("name").at("ru").as_string());
  const auto changed = patch("company/texts", {{"fields", {{"name", {{"en", "Legal name"}}}}},
                                               {"help", {{"name", {{"ru", "Как в уставе"}}}}},
                                               {"entity", {{"one", {{"en", "Client"}}}}}});
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.body.at("texts").at("fields").at("name").at("en").as_string(), "Legal name");
  EXPECT_EQ(changed.body.at("texts").at("fields").at("name").at("ru").as_string(), russian);
  EXPECT_FALSE(changed.body.at("own").at("fields").at("name").as_object().contains("ru"));
  EXPECT_EQ(field(english, "company", "name").at("label").as_string(), "Legal name");
  EXPECT_EQ(field(admin, "company", "name").at("label").as_string(), russian);
  EXPECT_EQ(field(admin, "company", "name").at("help").as_string(), "Как в уставе");
  EXPECT_EQ(entity(english, "company").at("label").at("one").as_string(), "Client");

  // The older way of naming goes to the same place.
  ASSERT_EQ(patch("company/fields/name", {{"labels", {{"ru", "Имя"}}}}).status, 200);
  EXPECT_EQ(field(english, "company", "name").at("label").as_string(), "Legal name");
  EXPECT_EQ(field(admin, "company", "name").at("label").as_string(), "Имя");
  ASSERT_EQ(patch("company/texts", {{"fields", {{"name", {{"ru", nullptr}, {"en", nullptr}}}}}}).status, 200);
  EXPECT_EQ(field(admin, "company", "name").at("label").as_string(), russian);
  EXPECT_EQ(server.get(english, "/metadata/entities/company/texts").status, 403);
}

TEST_P(MetadataApiTest, NamesOptionsViewsAndGroups) {
  const json::value body = {{"options", {{"relations", {{"client", {{"en", "Customer"}}}}}}},
                            {"groups", {{"0", {{"ru", "Главное"}, {"en", "Main"}}}}}};
  const auto changed = patch("company/texts", body);
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(field(english, "company", "relations").at("options").at(0).at("label").as_string(), "Customer");
  EXPECT_EQ(entity(english, "company").at("card").at("groups").at(0).as_string(), "Main");
  const std::string view(entity(admin, "company").at("views").at(0).at("key").as_string());
  ASSERT_EQ(patch("company/texts", {{"views", {{view, {{"en", "First"}}}}}}).status, 200);
  EXPECT_EQ(entity(english, "company").at("views").at(0).at("label").as_string(), "First");

  // Named groups take the place of numbers; another order of options keeps the texts.
  const json::array groups = {{{"key", "main"}, {"fields", {"name"}}, {"labels", {{"ru", "Основное"}, {"en", "Basics"}}}}};
  ASSERT_EQ(patch("company", {{"card", {{"groups", groups}}}}).status, 200);
  EXPECT_EQ(entity(admin, "company").at("card").at("groups").at(0).as_string(), "Основное");
  EXPECT_EQ(entity(english, "company").at("card").at("layout").at(0).at("label").as_string(), "Basics");
  EXPECT_EQ(error_of(patch("company/texts", {{"fields", {{"nothing", {{"ru", "x"}}}}}})), "fields.nothing:unknown_field");
  EXPECT_EQ(error_of(patch("company/texts", {{"options", {{"relations", {{"nobody", {{"ru", "x"}}}}}}}})),
            "options.relations.nobody:unknown_field");
}

TEST_P(MetadataApiTest, ChangesTheLimitsOfACustomField) {
  ASSERT_EQ(add({{"key", "x_size"}, {"type", "integer"}, {"labels", {{"ru", "Размер"}, {"en", "Size"}}}}).status, 201);
  ASSERT_EQ(
      patch("company/fields/x_size", {{"min", "1"}, {"max", 10}, {"required", true}, {"default", 5}, {"help", {{"ru", "От 1 до 10"}}}})
          .status,
      200);
  const auto size = field(admin, "company", "x_size");
  EXPECT_EQ(size.at("min").as_string(), "1");
  EXPECT_EQ(size.at("max").as_string(), "10");
  EXPECT_EQ(size.at("default").as_int64(), 5);
  EXPECT_EQ(size.at("help").as_string(), "От 1 до 10");
  EXPECT_EQ(error_of(server.call(admin, "POST", "/companies", {{"name", "a"}, {"x_size", 11}})), "x_size:too_large");
  EXPECT_EQ(server.call(admin, "POST", "/companies", {{"name", "a"}}).body.at("x_size").as_int64(), 5);
  ASSERT_EQ(patch("company/fields/x_size", {{"max", nullptr}, {"required", false}}).status, 200);
  EXPECT_TRUE(field(admin, "company", "x_size").at("max").is_null());
  EXPECT_EQ(server.call(admin, "POST", "/companies", {{"name", "a"}, {"x_size", 11}}).status, 201);
  EXPECT_EQ(patch("company/fields/x_size", {{"max_length", 5}}).status, 400);
  EXPECT_EQ(error_of(patch("company/fields/x_size", {{"type", "text"}})), "type:type_is_permanent");
}

TEST_P(MetadataApiTest, OnlyNarrowsShippedFields) {
  EXPECT_EQ(error_of(patch("company/fields/name", {{"max_length", 1000}})), "max_length:stricter_only");
  EXPECT_EQ(error_of(patch("company/fields/name", {{"required", false}})), "required:stricter_only");
  ASSERT_EQ(patch("company/fields/name", {{"max_length", 3}}).status, 200);
  EXPECT_EQ(error_of(server.call(admin, "POST", "/companies", {{"name", "abcd"}})), "name:too_long");
}

TEST_P(MetadataApiTest, MakesAFieldUniqueOnlyWhereValuesDiffer) {
  ASSERT_EQ(add({{"key", "x_code"}, {"type", "text"}}).status, 201);
  const auto make = [&](const std::string& code) {
    return server.call(admin, "POST", "/companies", {{"name", "Company"}, {"x_code", code}});
  };
  ASSERT_EQ(make("A").status, 201);
  const auto twin = make("A");
  ASSERT_EQ(twin.status, 201);
  EXPECT_EQ(error_of(patch("company/fields/x_code", {{"unique", true}})), "unique:values_repeat");
  ASSERT_EQ(server.call(admin, "PATCH", "/companies/" + std::to_string(twin.id()), {{"x_code", "B"}}).status, 200);
  const auto unique = patch("company/fields/x_code", {{"unique", true}});
  ASSERT_EQ(unique.status, 200) << unique.text;
  EXPECT_EQ(make("A").status, 409);  // a duplicate, with its candidate
  ASSERT_EQ(patch("company/fields/x_code", {{"unique", false}}).status, 200);
  EXPECT_EQ(make("A").status, 201);
}

TEST_P(MetadataApiTest, PurgesAHiddenCustomFieldWhenItsNameIsRepeated) {
  ASSERT_EQ(add({{"key", "x_old"}, {"type", "text"}, {"labels", {{"ru", "Старое"}}}}).status, 201);
  const std::string purge = "/metadata/entities/company/fields/x_old:purge";
  EXPECT_EQ(error_of(server.call(admin, "POST", purge, json::object{})), "confirm:confirm_by_name");
  EXPECT_EQ(server.call(admin, "POST", purge, {{"confirm", "x_old"}}).status, 422);
  ASSERT_EQ(server.call(admin, "DELETE", "/metadata/entities/company/fields/x_old").status, 204);
  EXPECT_EQ(server.call(english, "POST", purge, {{"confirm", "x_old"}}).status, 403);
  EXPECT_EQ(server.call(admin, "POST", purge, {{"confirm", "x_old"}}).status, 204);
  EXPECT_TRUE(field(admin, "company", "x_old").is_null());
  EXPECT_EQ(server.call(admin, "POST", "/companies", {{"name", "a"}, {"x_old", "b"}}).status, 400);
}

TEST_P(MetadataApiTest, ChecksAFormulaOverTheNewestRecords) {
  ASSERT_EQ(server.call(admin, "POST", "/companies", {{"name", "Колос"}}).status, 201);
  const auto check = [&](std::string_view expression) {
    return server.call(admin, "POST", "/metadata/entities/company/formula:check", {{"expression", expression}});
  };
  const auto right = check("name + \"!\"");
  ASSERT_EQ(right.status, 200) << right.text;
  EXPECT_EQ(right.body.at("fields").as_array(), json::array{"name"});
  EXPECT_EQ(right.body.at("samples").at(0).at("value").as_string(), "Колос!");
  EXPECT_EQ(right.body.at("samples").at(0).at("record").at("title").as_string(), "Колос");
  for (const std::string_view wrong : {"name +", "nmae + \"!\"", ""}) {
    const auto answer = check(wrong);
    ASSERT_EQ(answer.status, 400) << wrong;
    EXPECT_EQ(answer.body.at("errors").at(0).at("path").as_string(), "expression");
    EXPECT_FALSE(answer.body.at("errors").at(0).at("message").as_string().empty());
  }
  EXPECT_EQ(server.call(english, "POST", "/metadata/entities/company/formula:check", {{"expression", "name"}}).status, 403);
}

INSTANTIATE_TEST_SUITE_P(Databases, MetadataApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
