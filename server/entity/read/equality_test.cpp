// SQL and memory give the same answer: random filters, records and callers on both databases, the memory side without
// any SQL.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "server/base/json.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/entity/read/read_testing.hpp"

namespace entity {
namespace {

constexpr int kCases = 10'000;
constexpr int kRecords = 30;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int below(int limit) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  std::string_view pick(const std::vector<std::string_view>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

std::string text_json(std::string_view text) { return json::serialize(json::value(text)); }

// Values that collide: case, ё, empty, prefixes of each other, signs.
const std::vector<std::string_view> kTexts = {"Ёлка", "елка", "ЕЛКА зелёная", "Ель", "Zebra", "zeb", "a_b%c", "А", "я", "'; --", "Straße"};
const std::vector<std::string_view> kCities = {"Казань", "казань", "Омск", "Москва", "Тула"};
const std::vector<std::string_view> kTags = {"vip", "VIP", "опт", "Ёж"};
const std::vector<std::string_view> kPhones = {"+74951234567", "8 495 123 45 67", "+79161112233", "123"};
const std::vector<std::string_view> kMoney = {"0.00", "-5.00", "10.50", "1000.00", "99999999.99"};
const std::vector<std::string_view> kDates = {"2026-11-18", "2026-11-17", "2026-10-31", "2026-11-01", "2025-01-01"};
const std::vector<std::string_view> kInstants = {"2026-11-17T21:00:00Z", "2026-11-17T20:59:59.999999Z", "2026-11-18T09:30:00Z",
                                                 "2026-10-31T20:59:59Z", "2026-11-19T01:00:00Z"};
const std::vector<std::string_view> kDays = {"today",     "yesterday",    "this_week", "last_month", "this_month",
                                             "next_week", "this_quarter", "-7d",       "+1m",        "-1y"};
const std::vector<std::string_view> kIndustries = {"retail", "food", "it"};

class RecordMaker {
 public:
  RecordMaker(ReadWorld& world, Dice& dice) : world_(world), dice_(dice) {}

  void fill() {
    for (const auto kind : {"open", "won", "lost"})
      world_.add("stage", R"({"name": )" + text_json(kind) + R"(, "kind": )" + text_json(kind) + "}");
    for (int i = 0; i < 8; ++i) world_.add("contact", contact());
    for (int i = 1; i <= kRecords; ++i) world_.add("company", company(i));
    for (int i = 0; i < kRecords; ++i) world_.add("deal", deal());
    for (int i = 0; i < kRecords; ++i) world_.add("note", note());
    for (const auto entity : {"company", "deal", "contact", "note"}) {
      for (int i = 0; i < 3; ++i) world_.remove(entity, 1 + dice_.below(8));
    }
    for (int i = 0; i < 12; ++i) {
      const bool to_user = dice_.chance(50);
      world_.share(dice_.chance(50) ? "company" : "deal", 1 + dice_.below(kRecords), to_user ? 1 + dice_.below(5) : 0,
                   to_user ? 0 : 1 + dice_.below(4), 1 + dice_.below(2));
    }
  }

 private:
  // The member with the chance to be absent.
  void put(std::string& out, std::string_view key, const std::string& value, int percent = 65) {
    if (!dice_.chance(percent)) return;
    out += (out.size() > 1 ? ", " : "") + text_json(key) + ": " + value;
  }
  std::string number(int limit) { return std::to_string(dice_.below(limit)); }
  std::string id(int limit) { return std::to_string(1 + dice_.below(limit)); }
  std::string text(const std::vector<std::string_view>& from) { return text_json(dice_.pick(from)); }
  std::string list(const std::vector<std::string_view>& from) {
    std::string out = "[";
    for (int i = 0, count = dice_.below(3); i <= count; ++i) out += (i == 0 ? "" : ", ") + text_json(dice_.pick(from));
    return out + "]";
  }

  std::string contact() {
    std::string out = "{";
    put(out, "name", text(kTexts), 80);
    put(out, "birthday", text(kDates));
    put(out, "owner", id(5));
    return out + "}";
  }

  std::string company(int at) {
    std::string out = "{";
    put(out, "name", text(kTexts), 85);
    put(out, "city", text(kCities));
    put(out, "notes", text(kTexts));
    put(out, "code", text(kTexts));
    put(out, "owner", id(5), 90);
    put(out, "industry", text(kIndustries));
    put(out, "relations", list({"client", "supplier"}));
    put(out, "phones", list(kPhones), 50);
    put(out, "tags", list(kTags), 50);
    put(out, "budget", text(kMoney));
    put(out, "rate", text_json(std::to_string(dice_.below(5) - 2) + ".500"));
    put(out, "employees", std::to_string(dice_.below(7) - 3));
    put(out, "founded", text(kDates));
    put(out, "seen_at", text(kInstants));
    put(out, "is_vip", dice_.chance(50) ? "true" : "false");
    put(out, "response", dice_.chance(50) ? "\"PT1H\"" : "\"P1DT1S\"");
    if (at > 1) put(out, "parent", id(at - 1), 50);
    put(out, "contacts", dice_.chance(50) ? "[" + id(4) + ", " + std::to_string(5 + dice_.below(4)) + "]" : "[" + id(8) + "]", 50);
    return out + "}";
  }

  std::string deal() {
    std::string out = "{";
    put(out, "name", text(kTexts));
    put(out, "amount", text(kMoney));
    put(out, "company", id(kRecords), 80);
    put(out, "stage", id(3));
    put(out, "owner", id(5), 80);
    put(out, "source",
        dice_.chance(50) ? R"({"entity": "company", "id": )" + id(kRecords) + "}" : R"({"entity": "contact", "id": )" + id(8) + "}");
    put(out, "closes_on", text(kDates));
    return out + "}";
  }

  std::string note() {
    std::string out = "{";
    put(out, "text", text(kTexts));
    const auto target = dice_.pick({"company", "deal", "contact"});
    put(out, "subject", R"({"entity": )" + text_json(target) + R"(, "id": )" + id(target == "contact" ? 8 : kRecords) + "}", 90);
    return out + "}";
  }

  ReadWorld& world_;
  Dice& dice_;
};

// Random filters as JSON text, so that the grammar is walked too.
class FilterMaker {
 public:
  explicit FilterMaker(Dice& dice) : dice_(dice) {}

  std::string make(std::string_view entity, int depth) {
    const int roll = dice_.below(100);
    if (depth > 0 && roll < 35) {
      std::string out = roll < 18 ? R"({"and": [)" : R"({"or": [)";
      for (int i = 0, count = 1 + dice_.below(3); i < count; ++i) out += (i == 0 ? "" : ", ") + make(entity, depth - 1);
      return out + "]}";
    }
    if (depth > 0 && roll < 50) return R"({"not": )" + make(entity, depth - 1) + "}";
    if (depth > 0 && roll < 58) return exists(entity, depth);
    if (roll < 66) return R"({"formula": )" + text_json(formula(entity)) + "}";
    return leaf(entity);
  }

 private:
  std::string exists(std::string_view entity, int depth) {
    if (entity == "company") {
      const auto path = dice_.pick({"deal.company", "deal.source", "note.subject", "company.parent", "company_contact.company"});
      return R"({"exists": {"path": )" + text_json(path) + R"(, "filter": )" +
             (path == "company_contact.company" ? R"({"field": "contact.name", "op": "not_empty"})"
                                                : make(path.substr(0, path.find('.')), depth - 1)) +
             "}}";
    }
    if (entity == "deal") return R"({"exists": {"path": "note.subject", "filter": )" + make("note", depth - 1) + "}}";
    return leaf(entity);
  }

  std::string formula(std::string_view entity) {
    if (entity == "company") {
      return std::string(
          dice_.pick({"employees > 0", "budget >= 10.5 and is_vip", "owner.name = \"Boris\"", "city = \"Казань\" or rate < 0",
                      "parent.city != \"Омск\"", "industry = \"it\"", "employees + 1 = 2", "owner.department.name = \"Sales\"",
                      "name = null", "not(is_vip)", "founded < date(\"2026-11-17\")", "owner.id = me.id"}));
    }
    if (entity == "deal") {
      return std::string(dice_.pick(
          {"amount > 10", "company.city = \"Омск\"", "company.owner.name = \"Anna\"", "stage.kind = \"open\"", "company = null"}));
    }
    return std::string(dice_.pick({"1 = 1", "1 = 2"}));
  }

  std::string value_list(const std::vector<std::string_view>& from) {
    std::string out = "[";
    for (int i = 0, count = 1 + dice_.below(4); i < count; ++i)
      out += (i == 0 ? "" : ", ") + (dice_.chance(8) ? "null" : text_json(dice_.pick(from)));
    return out + "]";
  }

  std::string compare(std::string_view field, std::string_view op, const std::string& value) {
    return R"({"field": )" + text_json(field) + R"(, "op": )" + text_json(op) + (value.empty() ? "" : R"(, "value": )" + value) + "}";
  }

  std::string one_of(std::string_view field, const std::vector<std::string_view>& from) {
    const auto op = dice_.pick({"eq", "ne", "in", "not_in", "is_empty", "not_empty"});
    if (op.ends_with("empty")) return compare(field, op, "");
    if (op == "eq" || op == "ne") return compare(field, op, dice_.chance(8) ? "null" : text_json(dice_.pick(from)));
    return compare(field, op, value_list(from));
  }

  std::string text(std::string_view field, const std::vector<std::string_view>& from, bool has_order) {
    const int roll = dice_.below(100);
    if (roll < 50) return one_of(field, from);
    if (roll < 80 || !has_order) {
      auto part = std::string(dice_.pick({"е", "ЁЛ", "ka", "z", "Ка", "%", "_", "к", "'"}));
      return compare(field, dice_.chance(50) ? "contains" : "starts_with", text_json(part));
    }
    return ordered(field, from);
  }

  std::string ordered(std::string_view field, const std::vector<std::string_view>& from) {
    const auto op = dice_.pick({"lt", "lte", "gt", "gte", "between"});
    if (op == "between") return compare(field, op, "[" + text_json(dice_.pick(from)) + ", " + text_json(dice_.pick(from)) + "]");
    return compare(field, op, text_json(dice_.pick(from)));
  }

  std::string number(std::string_view field, const std::vector<std::string_view>& from) {
    return dice_.chance(50) ? one_of(field, from) : ordered(field, from);
  }

  std::string set(std::string_view field, const std::vector<std::string_view>& from) {
    const auto op = dice_.pick({"any_of", "all_of", "none_of", "eq", "ne", "is_empty", "not_empty"});
    if (op.ends_with("empty")) return compare(field, op, "");
    return compare(field, op, op.ends_with("_of") ? value_list_without_null(from) : text_json(dice_.pick(from)));
  }
  std::string value_list_without_null(const std::vector<std::string_view>& from) {
    std::string out = "[";
    for (int i = 0, count = 1 + dice_.below(3); i < count; ++i) out += (i == 0 ? "" : ", ") + text_json(dice_.pick(from));
    return out + "]";
  }

  std::string user(const std::string& field) {
    if (dice_.chance(25))
      return compare(field + ".department", "within", dice_.chance(40) ? "\"my_department\"" : std::to_string(1 + dice_.below(4)));
    if (dice_.chance(20)) return text(field + ".name", {"Anna", "boris", "Gleb"}, true);
    return one_of(field, {"me", "1", "2", "3", "4", "5"});
  }

  std::string company(const std::string& prefix) {
    const auto at = [&](std::string_view name) { return prefix + std::string(name); };
    switch (dice_.below(20)) {
      case 0: return text(at("name"), kTexts, true);
      case 1: return text(at("city"), kCities, true);
      case 2: return text(at("notes"), kTexts, false);
      case 3: return text(at("code"), kTexts, false);
      case 4: return user(at("owner"));
      case 5: return one_of(at("industry"), kIndustries);
      case 6: return set(at("relations"), {"client", "supplier"});
      case 7: return set(at("phones"), kPhones);
      case 8: return set(at("tags"), kTags);
      case 9: return number(at("budget"), kMoney);
      case 10: return number(at("rate"), {"-1.5", "0.5", "0.500", "2.5"});
      case 11: return number(at("employees"), {"-3", "0", "1", "3"});
      case 12: return number(at("founded"), dice_.chance(50) ? kDates : kDays);
      case 13: return number(at("seen_at"), dice_.chance(50) ? kInstants : kDays);
      case 14: return one_of(at("is_vip"), {"true", "false"});
      case 15: return number(at("response"), {"PT1H", "P1DT1S", "PT0S"});
      case 16:
        return dice_.chance(50) ? compare(at("parent"), "within", std::to_string(1 + dice_.below(kRecords)))
                                : one_of(at("parent"), {"1", "2", "3"});
      case 17: return dice_.chance(50) ? set(at("contacts"), {"1", "2", "3", "7"}) : text(at("contacts.name"), kTexts, true);
      case 18: return number(at("contacts.birthday"), kDates);
      default: return prefix.empty() ? company("parent.") : one_of(at("id"), {"1", "2", "3"});
    }
  }

  std::string leaf(std::string_view entity) {
    if (entity == "company") return company("");
    if (entity == "contact") return dice_.chance(50) ? text("name", kTexts, true) : number("birthday", kDates);
    if (entity == "note")
      return dice_.chance(30) ? text("text", kTexts, true) : dice_.chance(50) ? company("subject.company.") : user("subject.deal.owner");
    switch (dice_.below(7)) {
      case 0: return number("amount", kMoney);
      case 1: return one_of("stage.kind", {"open", "won", "lost"});
      case 2: return user("owner");
      case 3: return company("company.");
      case 4: return text("source.contact.name", kTexts, true);
      case 5: return company("source.company.");
      default: return number("closes_on", dice_.chance(50) ? kDates : kDays);
    }
  }

  Dice& dice_;
};

// All records and shares in memory; never asks the database again.
class MemoryResolver final : public RecordResolver {
 public:
  MemoryResolver(ReadWorld& world, const Caller& caller) : world_(world), caller_(caller) {
    world.read([&](store::Connection& connection) {
      DatabaseResolver source(connection, world.registry(), caller, world.now());
      for (const auto& entity : world.registry().entities()) {
        for (std::int64_t id = 1; id <= 100; ++id) {
          if (auto record = source.find(*entity, id)) records_[entity.get()].push_back(std::move(record));
        }
      }
      auto shares = connection.prepare(
          "shares", "SELECT entity_id, record_id, coalesce(user_id, 0), coalesce(department_id, 0), level FROM sys_share");
      while (shares.step())
        shares_.push_back({shares.integer(0), shares.integer(1), shares.integer(2), shares.integer(3), shares.integer(4)});
    });
  }

  const std::vector<std::shared_ptr<const Record>>& records(const EntityDef& entity) { return records_[&entity]; }

  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override {
    for (const auto& record : records_[&entity]) {
      if (record->id == id) return record;
    }
    return nullptr;
  }
  bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) override {
    const int level = action == Action::kRead || action == Action::kExport ? 1 : 2;
    for (const auto& share : shares_) {
      const auto& mine = caller.department_ids;
      const bool is_mine = share.user_id == caller.user_id || std::find(mine.begin(), mine.end(), share.department_id) != mine.end();
      if (share.entity_id == entity.id && share.record_id == id && share.level >= level && is_mine) return true;
    }
    return false;
  }
  bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) override {
    const FilterContext context{world_.registry(), entity, filter.as_system ? *Caller::system() : caller_, world_.now()};
    const auto access = access_filter(world_.registry(), entity, context.caller, Action::kRead);
    const auto target = static_cast<int>(std::get<std::int64_t>(filter.values.front()));
    for (const auto& record : records_[&entity]) {
      const auto* link = std::get_if<Link>(&record->at(filter.path.front().field));
      if (record->deleted || link == nullptr || link->entity_id != target || link->record_id != pointing_at) continue;
      if (matches(filter.children.front(), *record, context, this) && matches(access, *record, context, this)) return true;
    }
    return false;
  }

 private:
  struct Share {
    std::int64_t entity_id, record_id, user_id, department_id, level;
  };
  ReadWorld& world_;
  const Caller& caller_;
  std::unordered_map<const EntityDef*, std::vector<std::shared_ptr<const Record>>> records_;
  std::vector<Share> shares_;
};

Caller random_caller(const Registry& registry, Dice& dice) {
  if (dice.chance(10)) return make_admin();
  auto caller = make_caller(registry, 1 + dice.below(5), static_cast<Scope>(1 + dice.below(4)));
  for (const auto entity : {110, 111, 140, 200}) {
    if (dice.chance(40)) caller.entities[entity].scopes[0] = static_cast<Scope>(1 + dice.below(4));
  }
  if (dice.chance(20)) caller.entities[110].conditions = {"city != \"Омск\"", "owner.name = \"Vera\""};
  caller.time_zone = dice.pick({"Europe/Moscow", "Asia/Vladivostok", "America/New_York", "UTC"});
  return caller;
}

using Plant = std::function<Filter(Filter)>;

struct Outcome {
  int cases = 0;
  int differing = 0;
  int with_hits = 0;
  std::string first;  // what differed first
};

std::vector<SortKey> random_sort(const EntityDef& entity, Dice& dice) {
  std::vector<FieldIndex> sortable;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    if (entity.fields[i].sortable && entity.fields[i].type->name() != "user") sortable.push_back(static_cast<FieldIndex>(i));
  }
  const auto field = sortable[static_cast<std::size_t>(dice.below(static_cast<int>(sortable.size())))];
  return {{{PathStep{&entity, field, {}}}, dice.chance(50)}};
}

SortKey owner_title(const Registry& registry, const EntityDef& entity, Dice& dice) {
  const auto& user = registry.require("user");
  return {{PathStep{&entity, entity.owner_index, {}}, PathStep{&user, user.title_index, {}}}, dice.chance(50)};
}

// The same records as a list, in whatever way its page is driven.
std::vector<std::int64_t> ids_by_page(const QueryContext& context, const EntityDef& entity, const Filter& filter, Dice& dice) {
  Query query;
  query.entity = &entity;
  query.filter = filter;
  query.limit = 1000;
  query.fields = {{PathStep{&entity, entity.index_of("id"), {}}}};
  if (dice.chance(70)) query.sort = random_sort(entity, dice);
  std::string text;
  base::JsonWriter out(text);
  run_query(context, query, out);
  std::vector<std::int64_t> ids;
  const auto answer = base::parse_json(text);
  for (const auto& item : answer.at("items").as_array()) ids.push_back(item.at("id").as_int64());
  std::sort(ids.begin(), ids.end());
  return ids;
}

// And with every condition held back from the indexes, memberships correlated.
std::vector<std::int64_t> ids_walked(const QueryContext& context, const EntityDef& entity, const Filter& filter) {
  const auto selection = read::make_selection(context, entity, filter, Action::kRead, false);
  read::Drive drive;
  drive.kind = read::Drive::Kind::kWalk;
  drive.held.assign(read::conditions_of(selection).size(), true);
  read::SqlWriter sql(context.connection);
  read::FilterSql filters(sql, context.registry, context.caller, context.now);
  sql << "SELECT r.id FROM " << table_of(entity) << " r";
  read::write_where(sql, filters, selection, "r", drive);
  sql << " ORDER BY r.id";
  auto statement = context.connection.prepare("walked", sql.text());
  sql.bind_all(statement);
  std::vector<std::int64_t> ids;
  while (statement.step()) ids.push_back(statement.integer(0));
  return ids;
}

// And by sets of ids, as a walk that gave up goes on: nothing that belongs to the answer may be missing in them. Page by page.
std::vector<std::int64_t> ids_narrowed(const QueryContext& context, const EntityDef& entity, const Filter& filter, Dice& dice) {
  Query query;
  query.entity = &entity;
  query.filter = filter;
  query.limit = 1 + dice.below(kRecords);
  query.fields = {{PathStep{&entity, entity.index_of("id"), {}}}};
  if (dice.chance(70)) query.sort = random_sort(entity, dice);
  if (entity.owner_index >= 0 && dice.chance(30)) query.sort = {owner_title(context.registry, entity, dice)};
  const read::OutputPlan plan(context.registry, entity, query.fields, false, context.caller);
  const read::WalkLimits limits{0, dice.chance(50) ? 0 : 1000, dice.chance(50) ? 0 : 1000};
  std::vector<std::int64_t> ids;
  do {
    std::string items;
    query.cursor = read::PageReader(context, query, limits).read(plan, items);
    const auto rows = base::parse_json("[" + items + "]");
    for (const auto& item : rows.as_array()) ids.push_back(item.at("id").as_int64());
  } while (!query.cursor.empty());
  std::sort(ids.begin(), ids.end());
  return ids;
}

// `plant` changes the filter that memory sees: a planted bug.
Outcome compare_random_cases(store::Dialect dialect, int cases, std::uint64_t seed, const Plant& plant) {
  Outcome outcome;
  Dice dice(seed);
  constexpr int kCallersPerWorld = 25, kFiltersPerCaller = 100;
  while (outcome.cases < cases) {
    ReadWorld world(dialect);
    RecordMaker(world, dice).fill();
    FilterMaker maker(dice);
    for (int c = 0; c < kCallersPerWorld && outcome.cases < cases; ++c) {
      const auto caller = random_caller(world.registry(), dice);
      MemoryResolver memory(world, caller);
      world.read([&](store::Connection& connection) {
        for (int i = 0; i < kFiltersPerCaller && outcome.cases < cases; ++i, ++outcome.cases) {
          const auto key = dice.pick({"company", "company", "deal", "note"});
          const auto& entity = world.entity(key);
          const auto text = maker.make(key, 3);
          const auto filter = parse_filter(base::parse_json(text), world.context(caller, key));
          const auto in_sql = find_ids({connection, world.registry(), caller, world.now()}, entity, filter, Action::kRead, 0, 1000);
          if (i % 4 == 0) {
            const QueryContext query{connection, world.registry(), caller, world.now()};
            EXPECT_EQ(ids_by_page(query, entity, filter, dice), in_sql) << text;
            EXPECT_EQ(ids_walked(query, entity, filter), in_sql) << text;
            EXPECT_EQ(ids_narrowed(query, entity, filter, dice), in_sql) << text;
          }
          const auto seen = plant(filter);
          const auto access = access_filter(world.registry(), entity, caller, Action::kRead);
          std::vector<std::int64_t> in_memory;
          for (const auto& record : memory.records(entity)) {
            const auto context = world.context(caller, key);
            if (!record->deleted && matches(seen, *record, context, &memory) && matches(access, *record, context, &memory))
              in_memory.push_back(record->id);
          }
          outcome.with_hits += in_sql.empty() ? 0 : 1;
          if (in_sql == in_memory) continue;
          if (outcome.differing++ == 0) {
            outcome.first = std::string(key) + " " + text + "\nuser " + std::to_string(caller.user_id) +
                            "\nSQL: " + testing::PrintToString(in_sql) + "\nmemory: " + testing::PrintToString(in_memory);
          }
        }
      });
    }
  }
  return outcome;
}

Filter map_tree(Filter filter, const Plant& change) {
  for (auto& child : filter.children) child = map_tree(std::move(child), change);
  return change(std::move(filter));
}

class EqualityTest : public testing::TestWithParam<store::Dialect> {};

TEST_P(EqualityTest, SqlAndMemoryAgreeOnRandomFiltersRecordsAndCallers) {
  const auto* wanted = std::getenv("MATVEY_PROPERTY_CASES");
  const int cases = wanted != nullptr ? std::atoi(wanted) : kCases;
  const auto* seed = std::getenv("MATVEY_PROPERTY_SEED");
  const auto outcome = compare_random_cases(GetParam(), cases, seed != nullptr ? std::strtoull(seed, nullptr, 10) : 20261118,
                                            [](Filter filter) { return filter; });
  EXPECT_EQ(outcome.differing, 0) << outcome.first;
  EXPECT_GT(outcome.with_hits, cases / 4);
  RecordProperty("cases", outcome.cases);
  std::printf("%d cases, %d with records\n", outcome.cases, outcome.with_hits);
}

// SQL's own idea of a complement: an empty value is neither equal nor unequal.
TEST_P(EqualityTest, APlantedBugInComplementsIsFound) {
  const auto plant = [](Filter filter) {
    return map_tree(std::move(filter), [](Filter node) {
      if (node.kind != Filter::Kind::kNot || node.children.front().kind != Filter::Kind::kCompare) return node;
      Filter present = node.children.front();
      if (present.op == FilterOp::kNotEmpty) return node;
      present.op = FilterOp::kNotEmpty;
      present.values.clear();
      std::vector<Filter> parts;
      parts.push_back(std::move(present));
      parts.push_back(std::move(node));
      return Filter::all_of(std::move(parts));
    });
  };
  EXPECT_GT(compare_random_cases(GetParam(), 500, 7, plant).differing, 0);
}

// Paths that forget the caller's rights to what they pass through.
TEST_P(EqualityTest, APlantedBugInRightsOnPathsIsFound) {
  const auto plant = [](Filter filter) {
    return map_tree(std::move(filter), [](Filter node) {
      if (node.kind == Filter::Kind::kCompare) node.as_system = true;
      return node;
    });
  };
  EXPECT_GT(compare_random_cases(GetParam(), 1000, 7, plant).differing, 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, EqualityTest, store::kBothDatabases, store::database_name);

}  // namespace
}  // namespace entity
