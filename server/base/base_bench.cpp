// What lists pay per value: JSON text, sort keys, folding, decimals, local days.
#include <benchmark/benchmark.h>

#include "server/base/decimal.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"

namespace {

void write_json_row_of_10_values(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    base::JsonWriter writer(out);
    writer.begin_object();
    for (int i = 0; i < 5; ++i) {
      writer.raw_key("\"name\":").text("Общество с ограниченной ответственностью «Ромашка»");
      writer.raw_key("\"id\":").integer(123456789);
    }
    writer.end_object();
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}
BENCHMARK(write_json_row_of_10_values);

void make_sort_key(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::sort_key("Общество с ограниченной ответственностью «Ромашка»"));
}
BENCHMARK(make_sort_key);

void fold_russian_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::fold("Иванов Пётр Сергеевич"));
}
BENCHMARK(fold_russian_text);

void fold_text_of_any_script(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::fold("ООО «Ёлка» — Müller"));
}
BENCHMARK(fold_text_of_any_script);

void extract_vat(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(base::multiply_divide({1234567, 2}, {22, 0}, {122, 0}, 2));
}
BENCHMARK(extract_vat);

void find_local_day(benchmark::State& state) {
  const base::TimeZone zone = *base::TimeZone::find("Europe/Moscow");
  base::Instant t = base::from_micros(1'700'000'000'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(zone.local_date(t += std::chrono::hours{1}));
}
BENCHMARK(find_local_day);

}  // namespace

BENCHMARK_MAIN();
