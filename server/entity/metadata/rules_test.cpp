#include "server/entity/rules.hpp"

#include <gtest/gtest.h>

#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/choice_literals.hpp"

namespace entity {
namespace {

// Other records by id; nothing is shared.
class Records final : public RecordResolver {
 public:
  std::shared_ptr<const Record> find(const EntityDef&, std::int64_t id) override {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
  }
  bool is_shared(const EntityDef&, std::int64_t, const Caller&, Action) override { return false; }
  bool exists(const EntityDef&, const Filter&, std::int64_t) override { return false; }
  std::map<std::int64_t, std::shared_ptr<Record>> by_id;
};

class RulesTest : public testing::Test {
 protected:
  RulesTest() : record(make_record(registry->require("thing"))) {
    caller.user_id = 7;
    caller.title = "Иванов";
    auto other = std::make_shared<Record>(make_record(registry->require("other")));
    other->id = 3;
    other->set("name", std::string("bad"));
    records.by_id[3] = other;
  }
  std::string text_of(std::string_view formula) {
    const auto parsed = formula::Formula::parse(formula, scope_of(*registry, *record.entity));
    if (parsed.error) return "!" + parsed.error->code;
    return evaluate(context, *parsed.formula, record).to_string();
  }
  std::string errors() {
    std::vector<base::FieldError> list;
    check_rules(context, record, list);
    std::string text;
    for (const auto& error : list) text += error.path + ":" + error.code + " ";
    return text;
  }
  void set(std::string_view field, std::string_view input) {
    auto parsed = parse_value(*registry, *record.entity->field(field), input);
    ASSERT_TRUE(parsed.errors.empty()) << field;
    record.set(field, parsed.value);
  }

  RegistryPtr registry = build_test_registry(test_entity_files());
  Caller caller;
  Records records;
  RuleContext context{*registry, caller, base::from_micros(1'700'000'000'000'000), &records};
  Record record;
};

TEST_F(RulesTest, AWordThatIsNoOptionOfTheChoiceIsAnError) {
  const auto& thing = registry->require("thing");
  const auto unknown = [&](std::string_view text, std::string_view fills = {}) {
    const auto parsed = formula::Formula::parse(text, scope_of(*registry, thing));
    EXPECT_FALSE(parsed.error) << text;
    const auto error = find_unknown_option(*parsed.formula, *registry, thing, fills.empty() ? nullptr : thing.field(fills));
    return error ? error->args.front().second + "@" + std::to_string(error->column) : std::string();
  };
  EXPECT_EQ(unknown(R"(state = "new")"), "");
  EXPECT_EQ(unknown(R"(state = "nwe")"), "nwe@9");
  EXPECT_EQ(unknown(R"("old" != state)"), "") << "hidden options are still held by records";
  EXPECT_EQ(unknown(R"("odl" != state)"), "odl@1");
  EXPECT_EQ(unknown(R"(state in ("new", "gone"))"), "gone@18");
  EXPECT_EQ(unknown(R"(state in ["new", "old"])"), "");
  EXPECT_EQ(unknown(R"(name = "ё" and state in ["gone"])"), "gone@26") << "columns count letters, not bytes";
  EXPECT_EQ(unknown(R"(list contains(kinds, "red"))"), "");
  EXPECT_EQ(unknown(R"(list contains(kinds, "green"))"), "green@22");
  EXPECT_EQ(unknown(R"(some k in kinds satisfies state = "green")"), "green@35");
  EXPECT_EQ(unknown(R"(name = "anything")"), "");
  EXPECT_EQ(unknown(R"(state = name)"), "");
  EXPECT_EQ(unknown(R"(if count > 1 then "new" else "big")", "state"), "big@30");
  EXPECT_EQ(unknown(R"(if count > 1 then "new" else null)", "state"), "");
}

TEST_F(RulesTest, FormulasSeeFieldsOfEveryType) {
  set("name", R"("n")");
  set("count", "5");
  set("weight", R"("1.5")");
  set("price", R"("10.25")");
  set("is_good", "true");
  set("day", R"("2026-11-21")");
  set("moment", R"("2026-11-21T07:00:00Z")");
  set("span", R"("PT2H")");
  set("state", R"("new")");
  set("kinds", R"(["red", "blue"])");
  set("tags", R"(["a"])");
  set("phones", R"(["8 916 123-45-67"])");
  set("other", "3");
  set("subject", R"({"entity": "other", "id": 3})");
  set("others", "[3]");
  EXPECT_EQ(text_of("name + \"!\""), "n!");
  EXPECT_EQ(text_of("count * 2 + weight + price"), "21.75");
  EXPECT_EQ(text_of("is_good and state = \"new\""), "true");
  EXPECT_EQ(text_of("day + duration(\"P1D\")"), "2026-11-22");
  EXPECT_EQ(text_of("moment + span"), "2026-11-21T09:00:00Z");
  EXPECT_EQ(text_of("kinds[2]"), "blue");
  EXPECT_EQ(text_of("list contains(kinds, \"red\")"), "true");
  EXPECT_EQ(text_of("tags[1]"), "a");
  EXPECT_EQ(text_of("phones[1].e164"), "+79161234567");
  EXPECT_EQ(text_of("other.name"), "bad");
  EXPECT_EQ(text_of("other.id"), "3");
  EXPECT_EQ(text_of("other != null"), "true");
  EXPECT_EQ(text_of("subject.entity"), "other");
  EXPECT_EQ(text_of("others[1].name"), "bad");
  EXPECT_EQ(text_of("me.id"), "7");
  EXPECT_EQ(text_of("me.name"), "Иванов");
  EXPECT_EQ(text_of("nothing"), "!unknown_name");
}

TEST_F(RulesTest, EmptyFieldsAreNull) {
  for (const auto* field : {"name", "count", "price", "day", "state", "other"})
    EXPECT_EQ(text_of(std::string(field) + " = null"), "true") << field;
  EXPECT_EQ(text_of("phones = []"), "true");
  EXPECT_EQ(text_of("other.name = null"), "true");
}

TEST_F(RulesTest, StoredFormulasAreComputedAndOthersLeftForReading) {
  std::vector<base::FieldError> list;
  set("name", R"("a")");
  set("price", R"("2.50")");
  compute_fields(context, ComputeWhich::kStored, record, list);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(record.text("title"), "a!");
  EXPECT_EQ(record.integer("double_price"), 500);
  EXPECT_TRUE(is_empty(record.get("other_name")));
  set("other", "3");
  compute_fields(context, ComputeWhich::kOnRead, record, list);
  EXPECT_EQ(record.text("other_name"), "bad");
}

TEST_F(RulesTest, AResultThatDoesNotFitIsAnErrorOfItsField) {
  std::vector<base::FieldError> list;
  record.set("price", Money{std::int64_t{9'000'000'000'000'000'000}, "RUB", 0});
  compute_fields(context, ComputeWhich::kStored, record, list);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].path + ":" + list[0].code, "double_price:formula_result");
}

TEST_F(RulesTest, RulesAskForFieldsAndCheckLinkedRecords) {
  EXPECT_EQ(errors(), "");
  set("state", R"("old")");
  EXPECT_EQ(errors(), "story:required ");
  set("story", R"("told")");
  EXPECT_EQ(errors(), "");
  set("other", "3");
  EXPECT_EQ(errors(), "other:rule ");
  records.by_id[3]->set("name", std::string("good"));
  EXPECT_EQ(errors(), "");
}

TEST_F(RulesTest, VisibilityFollowsItsFormula) {
  const auto story = record.entity->index_of("story");
  EXPECT_FALSE(is_visible(context, record, story));
  set("state", R"("old")");
  EXPECT_TRUE(is_visible(context, record, story));
  EXPECT_TRUE(is_visible(context, record, record.entity->index_of("name")));
}

TEST_F(RulesTest, FormulaDefaultsFillEmptyFieldsOnly) {
  set("count", "6");
  apply_formula_defaults(context, record);
  EXPECT_EQ(record.integer("late", -1), 1);
  set("count", "1");
  apply_formula_defaults(context, record);
  EXPECT_EQ(record.integer("late", -1), 1);
}

}  // namespace
}  // namespace entity
