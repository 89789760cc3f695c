// Filters, queries and sums from hostile bodies and addresses: parsed or refused; what is parsed becomes SQL without a
// byte of the input.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/read_testing.hpp"

namespace entity {
namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

struct World {
  RegistryPtr registry = make_read_registry();
  Caller admin = make_admin();
  Caller narrow = make_caller(*registry, 2, Scope::kOwn);
  base::Instant now = *base::parse_instant("2026-11-18T09:30:00Z");
  World() { narrow.entities[110].hidden_fields = {19}; }
};

World& world() {
  static World the;
  return the;
}

void use(const Filter& filter, const FilterContext& context) {
  for (const auto dialect : {store::Dialect::kSqlite, store::Dialect::kPostgres}) {
    read::SqlWriter sql(dialect);
    read::FilterSql(sql, context.registry, context.caller, context.now).write(filter, context.entity, "r");
    check(std::all_of(sql.text().begin(), sql.text().end(), [](char c) { return c >= ' ' && c < 127; }));
    check(std::count(sql.text().begin(), sql.text().end(), '(') == std::count(sql.text().begin(), sql.text().end(), ')'));
  }
  auto record = make_record(context.entity);
  record.id = 1;
  matches(filter, record, context, nullptr);
}

// name=value lines, as a URL has them.
std::vector<std::pair<std::string, std::string>> parameters(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> found;
  while (!text.empty() && found.size() < 50) {
    const auto line = text.substr(0, text.find('\n'));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) found.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return found;
}

// The first byte chooses the caller, the entity and what the text is.
void run(std::uint8_t choice, const std::string& text) {
  const auto& caller = choice % 2 == 0 ? world().admin : world().narrow;
  const auto& entity = world().registry->require(choice / 2 % 2 == 0 ? "company" : "deal");
  const FilterContext context{*world().registry, entity, caller, world().now};
  try {
    switch (choice / 4 % 4) {
      case 0: use(parse_filter(base::parse_json(text), context), context); break;
      case 1: use(parse_query(parameters(text), context).filter, context); break;
      case 2: use(parse_query(base::parse_json(text).as_object(), context).filter, context); break;
      default: use(parse_aggregate(base::parse_json(text).as_object(), context).filter, context);
    }
  } catch (const base::Error& error) {
    check(error.code() != base::ErrorCode::kInternal);
    if (&caller == &world().narrow) check(error.extra_json().find("\"secret\"") == std::string::npos);
  } catch (const std::invalid_argument&) {
    // The body is no object: refused by whoever reads it.
  } catch (const boost::system::system_error&) {
  }
}

}  // namespace
}  // namespace entity

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) entity::run(data[0], std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
