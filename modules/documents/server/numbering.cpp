#include "modules/documents/server/numbering.hpp"

#include <chrono>

#include "server/entity/lookup.hpp"
#include "server/entity/storage.hpp"

namespace documents {

namespace {

using entity::Filter;
using entity::Record;
using entity::SaveContext;
using entity::where;

constexpr std::int64_t kDefaultDigits = 5;

std::vector<Record> find(SaveContext& save, const entity::EntityDef& entity, const Filter& filter, int limit) {
  const auto system = entity::Caller::system();
  return entity::find_records({save.connection(), save.registry(), *system, save.now()}, entity, filter, limit);
}

// The row of the year, else the one for every year.
std::optional<Record> series_of(SaveContext& save, const Record& document, std::int64_t year) {
  const auto& entity = save.registry().require("number_series");
  const auto filter =
      Filter::all_of({where(entity, "own_company", document.get("own_company")), where(entity, "kind", document.entity->key)});
  std::optional<Record> found;
  for (auto& row : find(save, entity, filter, 1000)) {
    const std::int64_t its = row.integer("year");
    if (its == year) return std::move(row);
    if (its == 0) found = std::move(row);
  }
  return found;
}

bool has_numbers(SaveContext& save, const Record& series) {
  const auto* kind = save.registry().find(series.text("kind"));
  if (kind == nullptr) return false;
  std::vector<Filter> parts{where(*kind, "own_company", series.get("own_company")),
                            where(*kind, "number_year", entity::FilterOp::kNotEmpty, {})};
  if (series.integer("year") != 0) parts.push_back(where(*kind, "number_year", series.get("year")));
  return !find(save, *kind, Filter::all_of(std::move(parts)), 1).empty();
}

}  // namespace

std::int64_t year_of(const Record& document) {
  return static_cast<int>(std::chrono::year_month_day(base::from_days(document.integer("date"))).year());
}

std::string next_number(SaveContext& save, const Record& document) {
  const std::int64_t year = year_of(document);
  const auto company = save.load("own_company", document.link_id("own_company"));
  const auto series = series_of(save, document, year);
  const std::int64_t counted =
      entity::next_counter(save.connection(), "documents." + document.entity->key + "." + std::to_string(document.link_id("own_company")) +
                                                  "." + std::to_string(year));
  std::string digits = std::to_string(counted - 1 + (series ? series->integer("first_number", 1) : 1));
  const auto width = static_cast<std::size_t>(series ? series->integer("digits", kDefaultDigits) : kDefaultDigits);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  std::string prefix = company ? std::string(company->text("number_prefix")) : std::string();
  if (series && !series->text("prefix").empty()) prefix = series->text("prefix");
  return prefix + digits;
}

void NumberSeriesBehaviour::check(SaveContext& save) {
  const auto& series = save.record();
  const bool is_moved = save.changed("first_number") && !(save.is_new() && series.integer("first_number", 1) == 1);
  if (is_moved && has_numbers(save, series)) save.add_error({"first_number", "series_in_use", {}});
  if (!save.is_new() && (save.changed("kind") || save.changed("own_company") || save.changed("year")) && has_numbers(save, *save.before()))
    save.add_error({"kind", "series_in_use", {}});
}

void NumberSeriesBehaviour::before_delete(SaveContext& save) {
  if (save.record().integer("first_number", 1) != 1 && has_numbers(save, save.record()))
    save.add_error({"first_number", "series_in_use", {}});
}

}  // namespace documents
