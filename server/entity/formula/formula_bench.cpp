// Cost of one evaluation: computed fields run it for each write.
#include <benchmark/benchmark.h>

#include "server/entity/formula/formula.hpp"

namespace formula {
namespace {

void evaluate(benchmark::State& state, const char* text) {
  const Scope scope({{"amount", Type::number()},
                     {"discount", Type::number()},
                     {"name", Type::string()},
                     {"inn", Type::string()},
                     {"is_open", Type::boolean()},
                     {"due", Type::date()},
                     {"stage", Type::string()}});
  const auto parsed = Formula::parse(text, scope);
  if (!parsed.formula) {
    state.SkipWithError(parsed.error->code.c_str());
    return;
  }
  Context record{{{"amount", Number::from_scaled(1'234'550, 2)},
                  {"discount", Number::from_scaled(125, 1)},
                  {"name", "ООО Ромашка"},
                  {"inn", "7707083893"},
                  {"is_open", true},
                  {"due", Date{20'000}},
                  {"stage", "negotiation"}}};
  std::vector<Value> values;
  for (const auto& path : parsed.formula->inputs()) values.push_back(*record.find(path[0]));
  Environment environment;
  for (auto _ : state) benchmark::DoNotOptimize(parsed.formula->evaluate(values, environment));
}

BENCHMARK_CAPTURE(evaluate, arithmetic, "amount * (100 - discount) / 100");
BENCHMARK_CAPTURE(evaluate, condition, "is_open and amount > 1000");
BENCHMARK_CAPTURE(evaluate, choice, "stage in (\"new\", \"negotiation\")");
BENCHMARK_CAPTURE(evaluate, text, "name + \" (\" + inn + \")\"");
BENCHMARK_CAPTURE(evaluate, branch, "if amount > 100000 then \"large\" else \"small\"");
BENCHMARK_CAPTURE(evaluate, date, "due + duration(\"P14D\") < today()");
BENCHMARK_CAPTURE(evaluate, rounding, "decimal(amount * 20 / 120, 2)");
BENCHMARK_CAPTURE(evaluate, division, "amount / 3");
BENCHMARK_CAPTURE(evaluate, list, "sum(for i in 1..10 return i * amount)");

void parse(benchmark::State& state) {
  const Scope scope({{"amount", Type::number()}, {"discount", Type::number()}, {"is_open", Type::boolean()}});
  for (auto _ : state) benchmark::DoNotOptimize(Formula::parse("if is_open then amount * (100 - discount) / 100 else null", scope));
}
BENCHMARK(parse);

}  // namespace
}  // namespace formula

BENCHMARK_MAIN();
