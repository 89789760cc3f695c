// Any bytes as a formula: parsed in both ways, evaluated over a small record, compiled for both databases. The first
// byte chooses.
#include <cstdint>
#include <string_view>

#include "server/entity/formula/formula.hpp"
#include "server/entity/formula/sql_compiler.hpp"

namespace {

class Columns final : public formula::SqlResolver {
 public:
  std::optional<Answer> resolve(const formula::Path& path) override {
    using formula::Storage;
    if (path[0] == "n") return formula::SqlColumn{"r.n", Storage::kDecimal, 2, true};
    if (path[0] == "t") return formula::SqlColumn{"r.t", Storage::kText, 0, true};
    if (path[0] == "d") return formula::SqlColumn{"r.d", Storage::kDate, 0, true};
    if (path[0] == "i") return formula::SqlColumn{"r.i", Storage::kInstant, 0, true};
    if (path[0] == "b") return formula::SqlColumn{"r.b", Storage::kBoolean, 0, true};
    return formula::Value(formula::List{1, 2});
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  static const formula::Scope scope({{"n", formula::Type::number()},
                                     {"t", formula::Type::string()},
                                     {"d", formula::Type::date()},
                                     {"i", formula::Type::date_time()},
                                     {"b", formula::Type::boolean()},
                                     {"l", formula::Type::list(formula::Type::any())},
                                     {"a b", formula::Type::any()}});
  static const formula::Context record{{{"n", formula::Number::from_scaled(1250, 2)},
                                        {"t", "текст"},
                                        {"d", formula::Date{20'000}},
                                        {"b", true},
                                        {"l", formula::Value(formula::List{1, "x", formula::Value()})}}};
  if (data[0] % 4 == 3) {
    formula::eval_json_line(text, {});
    return 0;
  }
  formula::Environment environment;
  environment.limits = {20'000, 2'000, 20'000, 60};
  const auto typing = data[0] % 2 == 0 ? formula::Typing::kStrict : formula::Typing::kDynamic;
  const auto parsed = data[0] % 4 == 2 ? formula::Formula::parse_unary_tests(text, scope, formula::Type::any(), typing)
                                       : formula::Formula::parse(text, scope, typing);
  if (!parsed.formula) return 0;
  parsed.formula->evaluate(record, environment).value.to_string();
  Columns columns;
  for (const auto dialect : {store::Dialect::kSqlite, store::Dialect::kPostgres}) {
    formula::SqlOptions options;
    options.dialect = dialect;
    options.environment = environment;
    formula::compile_value(*parsed.formula, columns, options);
    formula::compile_filter(*parsed.formula, columns, options);
  }
  return 0;
}
