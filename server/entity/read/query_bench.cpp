// Reading a million companies and half a million deals: the engine beside raw SQL with the same predicate, in the same
// run.
//
//   query_bench FOLDER|postgresql://… [--companies N]   makes the data on the first run (a minute), then measures
//
// Prints one JSON object a line. One thread; no HTTP. Load and machine are in the line "conditions".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <thread>

#include "server/base/json.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/metadata/registry_builder.hpp"
#include "server/entity/query.hpp"
#include "server/entity/schema/schema_sync.hpp"
#include "server/entity/storage.hpp"

namespace entity {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kUsers = 500;
constexpr int kStages = 8;
constexpr std::string_view kShareTable =
    "CREATE TABLE sys_share(entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, user_id BIGINT, department_id "
    "BIGINT, level SMALLINT NOT NULL, "
    "created_at BIGINT NOT NULL, created_by BIGINT NOT NULL); CREATE INDEX ix_sys_share__user ON sys_share(user_id, "
    "entity_id, record_id) WHERE "
    "user_id IS NOT NULL; CREATE INDEX ix_sys_share__department ON sys_share(department_id, entity_id, record_id) "
    "WHERE department_id IS NOT NULL";

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

RegistryPtr load_registry() {
  RegistryBuilder builder;
  for (const auto* folder : {"server/entity/entities", "modules/clients/entities", "modules/sales/entities"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto text = read_text(entry.path());
      builder.add({std::string_view(folder).starts_with("server") ? "" : "bench", entry.path().string(), text}, base::parse_json(text));
    }
  }
  auto registry = builder.build(1);
  if (!registry) throw base::Error::internal(to_text(builder.problems()));
  return registry;
}

struct Name {
  std::string text, fold, sort;
};

std::vector<Name> make_names(std::mt19937& random) {
  const std::vector<std::string> first = {"Альфа", "Бета",  "Вектор", "Грань", "Дельта", "Ёлка",  "Жемчуг", "Заря",
                                          "Искра", "Кедр",  "Лада",   "Маяк",  "Нева",   "Орион", "Парус",  "Родник",
                                          "Север", "Титан", "Урал",   "Факел", "Ямал",   "Zebra", "Omega",  "Quant"};
  const std::vector<std::string> second = {"Строй",  "Торг", "Сервис", "Снаб", "Пром",  "Логистик",
                                           "Мебель", "Свет", "Энерго", "Плюс", "Групп", "Дом"};
  std::vector<Name> names;
  for (int i = 0; i < 40'000; ++i) {
    Name name;
    name.text = "ООО " + first[random() % first.size()] + second[random() % second.size()] + " " + std::to_string(random() % 10'000);
    name.fold = base::fold(name.text);
    name.sort = base::sort_key(name.text);
    names.push_back(std::move(name));
  }
  return names;
}

const std::vector<std::string> kCities = {"Москва",    "Санкт-Петербург", "Казань", "Екатеринбург", "Новосибирск", "Омск",    "Самара",
                                          "Челябинск", "Ростов-на-Дону",  "Уфа",    "Красноярск",   "Пермь",       "Воронеж", "Тула"};

// Few owners hold most: the n-th has a share falling with n; users 300… hold about 0.2 % each of the rest. 3 % have
// none.
std::int64_t pick_owner(std::mt19937& random) {
  const auto roll = random() % 100;
  if (roll < 3) return 0;
  if (roll < 45) return 1 + static_cast<std::int64_t>(random() % 10);
  if (roll < 60) return 11 + static_cast<std::int64_t>(random() % 40);
  return 51 + static_cast<std::int64_t>(random() % 200);
}

class Loader {
 public:
  Loader(store::Database& database, const Registry& registry, int companies)
      : database_(database), registry_(registry), companies_(companies) {}

  void load() {
    PendingSchema pending;
    database_.change_schema([&](store::Connection& connection) {
      pending = create_tables_and_columns(connection, registry_);
      connection.execute(kShareTable);
    });
    // Indexes come after the rows.
    std::vector<IndexDef> indexes;
    for (const auto& entity : registry_.entities()) {
      for (auto& index : indexes_of(*entity)) indexes.push_back(std::move(index));
    }
    database_.change_schema([&](store::Connection& connection) {
      for (const auto& index : indexes) connection.execute("DROP INDEX IF EXISTS " + store::quote_identifier(index.name));
    });
    people();
    companies();
    deals();
    database_.change_schema([&](store::Connection& connection) {
      for (const auto& index : indexes) connection.execute(index_sql(index, database_.dialect(), false));
    });
    database_.write({}, [](store::Connection& connection) { connection.execute("ANALYZE"); });
  }

 private:
  void batches(int count, const std::function<void(store::Connection&, int)>& insert) {
    constexpr int kBatch = 20'000;
    for (int from = 0; from < count; from += kBatch) {
      auto state = random_;
      database_.write({}, [&](store::Connection& connection) {
        random_ = state;  // the closure may run again
        for (int i = from; i < std::min(count, from + kBatch); ++i) insert(connection, i + 1);
      });
    }
  }

  static void uid(store::Statement& statement, int index, int entity, std::int64_t id) {
    char bytes[16] = {};
    bytes[0] = static_cast<char>(entity);
    for (int i = 0; i < 8; ++i) bytes[8 + i] = static_cast<char>(id >> (8 * (7 - i)));
    statement.bind_blob(index, {bytes, sizeof bytes});
  }

  void people() {
    database_.write({}, [&](store::Connection& connection) {
      for (int i = 1; i <= 20; ++i) {
        auto insert =
            connection.prepare("load", "INSERT INTO " + table_of(registry_.require("department")) +
                                           " (id, uid, version, created_at, updated_at, name, parent) VALUES ($1,$2,1,0,0,$3,$4)");
        insert.bind(1, i).bind_text(3, "Отдел " + std::to_string(i));
        uid(insert, 2, 2, i);
        if (i == 1)
          insert.bind_null(4);
        else
          insert.bind(4, 1 + i / 4);
        insert.run();
      }
      for (int i = 1; i <= kUsers; ++i) {
        auto insert = connection.prepare(
            "load", "INSERT INTO " + table_of(registry_.require("user")) +
                        " (id, uid, version, created_at, updated_at, name, email, department) VALUES ($1,$2,1,0,0,$3,$4,$5)");
        insert.bind(1, i)
            .bind_text(3, "Сотрудник " + std::to_string(i))
            .bind_text(4, "u" + std::to_string(i) + "@example.com")
            .bind(5, 1 + i % 20);
        uid(insert, 2, 1, i);
        insert.run();
      }
      for (int i = 1; i <= kStages; ++i) {
        auto insert = connection.prepare("load", "INSERT INTO " + table_of(registry_.require("stage")) +
                                                     " (id, uid, version, created_at, updated_at, name, kind) VALUES ($1,$2,1,0,0,$3,$4)");
        insert.bind(1, i).bind_text(3, "Этап " + std::to_string(i)).bind_text(4, i < 7 ? "open" : i == 7 ? "won" : "lost");
        uid(insert, 2, 3, i);
        insert.run();
      }
    });
  }

  void companies() {
    const auto names = make_names(random_);
    std::vector<Name> cities;
    for (const auto& city : kCities) cities.push_back({city, base::fold(city), base::sort_key(city)});
    const std::string sql =
        "INSERT INTO company (id, uid, version, created_at, updated_at, created_by, name, name__fold, name__sort, "
        "city, city__fold, city__sort, owner, inn, "
        "inn__fold, employees, industry, next_step_at) VALUES "
        "($1,$2,1,$3,$3,1,$4,$5,$6,$7,$8,$9,$10,$11,$11,$12,$13,$14)";
    batches(companies_, [&](store::Connection& connection, int id) {
      auto insert = connection.prepare("load", sql);
      const auto& name = names[random_() % names.size()];
      const auto& city = cities[std::min(random_() % cities.size(), random_() % cities.size())];
      insert.bind(1, id).bind(3, 1'700'000'000'000'000 + std::int64_t{id} * 60'000'000);
      uid(insert, 2, 110, id);
      insert.bind_text(4, name.text)
          .bind_text(5, name.fold)
          .bind_blob(6, name.sort)
          .bind_text(7, city.text)
          .bind_text(8, city.fold)
          .bind_blob(9, city.sort);
      if (const auto owner = pick_owner(random_); owner == 0)
        insert.bind_null(10);
      else
        insert.bind(10, owner);
      insert.bind_text(11, std::to_string(7'700'000'000 + id)).bind(12, static_cast<std::int64_t>(random_() % 1000));
      insert.bind_text(13, id % 100'000 == 7 ? "food" : random_() % 2 == 0 ? "retail" : "it");
      if (random_() % 3 == 0)
        insert.bind_null(14);
      else
        insert.bind(14, 1'763'000'000'000'000 + static_cast<std::int64_t>(random_() % 10'000'000) * 1'000'000);
      insert.run();
    });
    database_.write({}, [&](store::Connection& connection) {
      for (int i = 0; i < 200; ++i) {
        connection.prepare("load", "INSERT INTO sys_share VALUES (110, $1, 60, NULL, 1, 0, 1)")
            .bind(1, 1 + static_cast<std::int64_t>(random_() % static_cast<unsigned>(companies_)))
            .run();
      }
    });
  }

  void deals() {
    const auto names = make_names(random_);
    batches(companies_ / 2, [&](store::Connection& connection, int id) {
      auto insert = connection.prepare("load",
                                       "INSERT INTO deal (id, uid, version, created_at, updated_at, name, name__fold, "
                                       "name__sort, pipeline, stage, is_open, amount, "
                                       "amount__currency, amount__base, company, owner) VALUES "
                                       "($1,$2,1,$3,$3,$4,$5,$6,$7,$8,$9,$10,'RUB',$10,$11,$12)");
      const auto& name = names[random_() % names.size()];
      const bool is_open = random_() % 10 == 0;
      insert.bind(1, id).bind(3, 1'700'000'000'000'000 + std::int64_t{id} * 120'000'000);
      uid(insert, 2, 141, id);
      insert.bind_text(4, name.text).bind_text(5, name.fold).bind_blob(6, name.sort).bind(7, 1 + static_cast<std::int64_t>(random_() % 3));
      insert.bind(8, is_open ? 1 + static_cast<std::int64_t>(random_() % 6) : 7 + static_cast<std::int64_t>(random_() % 2))
          .bind(9, is_open ? 1 : 0);
      insert.bind(10, static_cast<std::int64_t>(random_() % 100'000'000))
          .bind(11, 1 + static_cast<std::int64_t>(random_() % static_cast<unsigned>(companies_)));
      if (const auto owner = pick_owner(random_); owner == 0)
        insert.bind_null(12);
      else
        insert.bind(12, owner);
      insert.run();
    });
  }

  store::Database& database_;
  const Registry& registry_;
  int companies_;
  std::mt19937 random_{2026};
};

Caller caller_of(const Registry& registry, std::string_view kind) {
  Caller caller;
  if (kind == "admin") {
    caller.user_id = 1;
    caller.is_admin = true;
    caller.own_owners = {1};
    return caller;
  }
  const auto scope = kind == "own" ? Scope::kOwn : Scope::kDepartmentTree;
  caller.user_id = kind == "own" ? 70 : 60;
  caller.own_owners = kind == "own" ? std::vector<std::int64_t>{70} : std::vector<std::int64_t>{60, 61};  // the head is a deputy of 61
  caller.department_ids = {1, 2};
  // "idle": the head of three who own nothing.
  const bool is_idle = kind == "idle";
  if (is_idle) caller.user_id = 401, caller.own_owners = {401};
  for (std::int64_t id = is_idle ? 401 : 8; id <= (is_idle ? 403 : 140); ++id) caller.tree_owners.push_back(id);
  for (const auto& entity : registry.entities()) {
    EntityRights rights;
    std::fill(std::begin(rights.scopes), std::end(rights.scopes), scope);
    caller.entities[entity->id] = rights;
  }
  return caller;
}

struct Measured {
  double per_second = 0, p50_us = 0, p99_us = 0;
};

// Runs `body` with 0, 1, 2, … for about `seconds`.
Measured measure(double seconds, const std::function<void(int)>& body) {
  for (int i = 0; i < 20; ++i) body(i);
  std::vector<double> times;
  const auto start = Clock::now();
  for (int i = 20;; ++i) {
    const auto before = Clock::now();
    body(i);
    const auto after = Clock::now();
    times.push_back(std::chrono::duration<double, std::micro>(after - before).count());
    if (std::chrono::duration<double>(after - start).count() > seconds) break;
  }
  const double total = std::chrono::duration<double>(Clock::now() - start).count();
  std::sort(times.begin(), times.end());
  return {static_cast<double>(times.size()) / total, times[times.size() / 2], times[times.size() * 99 / 100]};
}

class Bench {
 public:
  Bench(store::Database& database, const Registry& registry, std::string db, int companies)
      : database_(database), registry_(registry), db_(std::move(db)), companies_(companies) {}

  void run() {
    const auto load = read_text("/proc/loadavg");
    std::printf("{\"name\":\"conditions\",\"db\":\"%s\",\"companies\":%d,\"cpus\":%u,\"load\":\"%s\"}\n", db_.c_str(), companies_,
                std::thread::hardware_concurrency(), load.substr(0, load.find(' ')).c_str());
    for (const auto* kind : {"admin", "own", "head", "idle"}) {
      caller_ = caller_of(registry_, kind);
      kind_ = kind;
      if (kind_ != "idle") by_id();
      page_by_owner_and_city();
      page_by_city();
      first_page();
      exact_count();
      kanban();
    }
  }

 private:
  void report(std::string_view name, const Measured& ours, const Measured* raw) {
    std::printf("{\"name\":\"%s\",\"caller\":\"%s\",\"db\":\"%s\",\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f",
                std::string(name).c_str(), kind_.c_str(), db_.c_str(), ours.per_second, ours.p50_us, ours.p99_us);
    if (raw != nullptr)
      std::printf(",\"raw_per_second\":%.0f,\"raw_p50_us\":%.1f,\"ratio_to_raw\":%.2f", raw->per_second, raw->p50_us,
                  raw->p50_us / ours.p50_us);
    std::printf("}\n");
    std::fflush(stdout);
  }

  std::int64_t owner(int i) const {
    if (kind_ == "own") return 70;
    return kind_ == "head" ? 51 + i % 80 : 1 + i % 250;
  }
  const std::string& city(int i) const { return kCities[static_cast<std::size_t>(i) % kCities.size()]; }

  void engine_list(const std::string& entity, const std::string& query_json) {
    database_.read({}, [&](store::Connection& connection) {
      text_.clear();
      base::JsonWriter out(text_);
      const auto& definition = registry_.require(entity);
      const FilterContext context{registry_, definition, caller_, now_};
      run_query({connection, registry_, caller_, now_}, parse_query(base::parse_json(query_json).as_object(), context), out);
    });
  }

  // Rows written to JSON by hand: text columns by names, the last ones integers.
  void raw_list(const std::string& sql, const std::function<void(store::Statement&)>& bind) {
    database_.read({}, [&](store::Connection& connection) {
      text_.clear();
      text_ += "{\"items\":[";
      auto statement = connection.prepare("raw", sql);
      bind(statement);
      while (statement.step()) {
        text_ += "{\"id\":" + std::to_string(statement.integer(0)) + ",\"name\":";
        base::append_json_string(text_, statement.text(1));
        text_ += ",\"city\":";
        base::append_json_string(text_, statement.text(2));
        text_ += ",\"inn\":";
        base::append_json_string(text_, statement.text(3));
        text_ += ",\"owner\":{\"id\":" + std::to_string(statement.integer(4)) + ",\"title\":";
        base::append_json_string(text_, statement.text(5));
        text_ += "},\"employees\":" + std::to_string(statement.integer(6)) + ",\"next_step_at\":";
        if (statement.is_null(7))
          text_ += "null";
        else
          text_ += "\"" + base::to_string(base::from_micros(statement.integer(7))) + "\"";
        text_ += ",\"created_at\":\"" + base::to_string(base::from_micros(statement.integer(8))) + "\"},";
      }
      text_ += "]}";
    });
  }
  static std::string raw_sql(const std::string& where) {
    return "SELECT r.id, r.name, r.city, r.inn, r.owner, u.name, r.employees, r.next_step_at, r.created_at FROM "
           "company r LEFT JOIN sys_user u ON u.id = r.owner WHERE "
           "r.deleted_at IS NULL AND " +
           where + " AND r.name__sort IS NOT NULL ORDER BY r.name__sort, r.id LIMIT 51";
  }
  static constexpr const char* kFields =
      R"("sort": ["name"], "fields": ["name", "city", "inn", "owner", "employees", "next_step_at", "created_at"], "limit": 50)";

  void by_id() {
    const auto& company = registry_.require("company");
    std::vector<std::int64_t> ids;
    database_.read({}, [&](store::Connection& connection) {
      ids = find_ids({connection, registry_, caller_, now_}, company, {}, Action::kRead, companies_ / 2, 2000);
    });
    const auto pick = [&](int i) { return ids[static_cast<std::size_t>(i) * 7919 % ids.size()]; };
    const auto ours = measure(1.0, [&](int i) {
      database_.read({}, [&](store::Connection& connection) {
        text_.clear();
        base::JsonWriter out(text_);
        write_record({connection, registry_, caller_, now_}, company, pick(i), out);
      });
    });
    const auto raw = measure(0.5, [&](int i) {
      database_.read({}, [&](store::Connection& connection) {
        Record record;
        auto statement = connection.prepare("raw", "SELECT " + storage_of(company).select_list + " FROM company WHERE id = $1");
        statement.bind(1, pick(i));
        while (statement.step()) text_.assign(statement.text(9));
      });
    });
    report("record_by_id", ours, &raw);
  }

  void page_by_owner_and_city() {
    const auto ours = measure(1.0, [&](int i) {
      engine_list("company", R"({"filter": {"and": [{"field": "owner", "value": )" + std::to_string(owner(i)) +
                                 R"(}, {"field": "city", "value": ")" + city(i) + R"("}]}, )" + kFields + "}");
    });
    const auto raw = measure(1.0, [&](int i) {
      raw_list(raw_sql("r.owner = $1 AND r.city__fold = $2"),
               [&](store::Statement& s) { s.bind(1, owner(i)).bind_text(2, base::fold(city(i))); });
    });
    report("page_owner_city_by_name", ours, &raw);
  }

  // Without naming the owner: the caller's rights choose.
  void page_by_city() {
    const auto ours = measure(
        1.0, [&](int i) { engine_list("company", R"({"filter": {"field": "city", "value": ")" + city(i) + R"("}, )" + kFields + "}"); });
    report("page_city_by_name", ours, nullptr);
  }
  void first_page() {
    const auto ours = measure(1.0, [&](int) { engine_list("company", std::string("{") + kFields + "}"); });
    report("page_all_by_name", ours, nullptr);
    const auto newest = measure(1.0, [&](int) { engine_list("company", R"({"sort": ["-created_at"], "limit": 50})"); });
    report("page_all_newest", newest, nullptr);
    const auto rare = measure(1.0, [&](int) {
      engine_list("company",
                  R"({"filter": {"and": [{"field": "industry", "value": "food"}, {"field": "employees", "op": "gte", "value": 5}]}, )" +
                      std::string(kFields) + "}");
    });
    report("page_rare_value_by_name", rare, nullptr);
    const auto two = measure(1.0, [&](int i) {
      engine_list("company", R"({"filter": {"and": [{"field": "industry", "value": "it"}, {"field": "employees", "op": "lt", "value": )" +
                                 std::to_string(5 + i % 50) + "}]}, " + kFields + "}");
    });
    report("page_two_frequent_by_name", two, nullptr);
    const auto linked = measure(1.0, [&](int i) {
      engine_list("deal", R"({"filter": {"field": "company.city", "value": ")" + city(i) + R"("}, "sort": ["-created_at"], "limit": 50})");
    });
    report("page_deals_by_city_of_company", linked, nullptr);
    const auto deep = measure(1.0, [&](int i) {
      engine_list("deal", R"({"filter": {"field": "company.inn", "value": ")" + std::to_string(7'700'000'001 + i) +
                              R"("}, "sort": ["-created_at"], "limit": 50})");
    });
    report("page_deals_by_inn_of_company", deep, nullptr);
  }

  void exact_count() {
    const auto& company = registry_.require("company");
    const auto ours = measure(1.0, [&](int i) {
      database_.read({}, [&](store::Connection& connection) {
        const FilterContext context{registry_, company, caller_, now_};
        const auto filter = parse_short_filter({{"filter[owner]", std::to_string(owner(i))}, {"filter[city]", city(i)}}, context);
        count_exact({connection, registry_, caller_, now_}, company, filter);
      });
    });
    const auto raw = measure(0.5, [&](int i) {
      database_.read({}, [&](store::Connection& connection) {
        auto statement =
            connection.prepare("raw", "SELECT count(*) FROM company WHERE deleted_at IS NULL AND owner = $1 AND city__fold = $2");
        statement.bind(1, owner(i)).bind_text(2, base::fold(city(i)));
        statement.step();
      });
    });
    report("count_owner_city", ours, &raw);
    const auto all = measure(1.0, [&](int i) {
      database_.read({std::string_view("bench"), std::chrono::milliseconds(10'000)}, [&](store::Connection& connection) {
        const FilterContext context{registry_, company, caller_, now_};
        count_exact({connection, registry_, caller_, now_}, company, parse_short_filter({{"filter[city]", city(i)}}, context));
      });
    });
    report("count_city", all, nullptr);
  }

  void kanban() {
    const auto& deal = registry_.require("deal");
    const auto body = base::parse_json(
        R"({"filter": {"and": [{"field": "is_open", "value": true}, {"field": "pipeline", "value": 2}]}, "group": ["stage"],
      "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount"}]})");
    const auto ours = measure(1.5, [&](int) {
      database_.read({std::string_view("bench"), std::chrono::milliseconds(10'000)}, [&](store::Connection& connection) {
        text_.clear();
        base::JsonWriter out(text_);
        const FilterContext context{registry_, deal, caller_, now_};
        run_aggregate({connection, registry_, caller_, now_}, parse_aggregate(body.as_object(), context), out);
      });
    });
    std::string rights;
    if (kind_ != "admin") rights = kind_ == "own" ? " AND owner = 70" : " AND owner IN (SELECT value FROM json_each($1))";
    if (kind_ == "head" && db_ == "postgres") rights = " AND owner IN (SELECT unnest($1::bigint[]))";
    const auto raw = measure(1.5, [&](int) {
      database_.read({std::string_view("bench"), std::chrono::milliseconds(10'000)}, [&](store::Connection& connection) {
        auto statement = connection.prepare("raw",
                                            "SELECT stage, count(*), sum(amount__base) FROM deal WHERE "
                                            "deleted_at IS NULL AND is_open = 1 AND pipeline = 2" +
                                                rights + " GROUP BY stage");
        if (kind_ == "head") statement.bind_int_list(1, caller_.tree_owners);
        while (statement.step()) text_.append(statement.text(0));
      });
    });
    report("kanban_totals", ours, &raw);
  }

  store::Database& database_;
  const Registry& registry_;
  std::string db_, kind_, text_;
  int companies_;
  Caller caller_;
  base::Instant now_ = *base::parse_instant("2026-11-18T09:30:00Z");
};

int run_bench(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: query_bench FOLDER|postgresql://… [--companies N]\n");
    return 2;
  }
  const std::string place = argv[1];
  const int companies = argc > 3 && std::string_view(argv[2]) == "--companies" ? std::atoi(argv[3]) : 1'000'000;
  const bool is_postgres = place.starts_with("postgresql:");
  store::DatabaseOptions options;
  options.address = is_postgres ? place : "sqlite:" + place + "/query_bench.db";
  if (!is_postgres) std::filesystem::create_directories(place);
  const auto database = store::Database::open(options);
  const auto registry = load_registry();
  bool is_loaded = false;
  database->read({}, [&](store::Connection& connection) {
    auto statement = connection.prepare("loaded", is_postgres ? "SELECT 1 FROM pg_tables WHERE tablename = 'sys_share'"
                                                              : "SELECT 1 FROM sqlite_master WHERE name = 'sys_share'");
    is_loaded = statement.step();
  });
  if (!is_loaded) Loader(*database, *registry, companies).load();
  Bench(*database, *registry, is_postgres ? "postgres" : "sqlite", companies).run();
  database->close();
  return 0;
}

}  // namespace
}  // namespace entity

int main(int argc, char** argv) { return entity::run_bench(argc, argv); }
