// Telephone numbers a second; see the limit in phone.hpp.
#include <benchmark/benchmark.h>

#include "server/base/text/phone.hpp"

namespace {

void parse_russian_number(benchmark::State& state) {
  static const char* const kNumbers[] = {"8 (495) 123-45-67", "+7 916 123-45-67", "89161234567", "4951234567"};
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(base::parse_phone(kNumbers[i++ % std::size(kNumbers)]));
}
BENCHMARK(parse_russian_number);

void split_cell_with_three_numbers(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::split_phones("моб. 8 (916) 123-45-67, 84951234567 доб. 12; +375171234567 Иван"));
}
BENCHMARK(split_cell_with_three_numbers);

}  // namespace

BENCHMARK_MAIN();
