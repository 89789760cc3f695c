#include "modules/documents/server/correction.hpp"

#include <algorithm>

#include "server/base/decimal.hpp"

namespace documents {

namespace {

using base::Decimal;
using entity::Record;

constexpr std::string_view kSums[] = {"net_amount", "vat_amount", "amount"};

std::int64_t units_of(const json::value& line, std::string_view member) {
  if (!line.is_object()) return 0;
  const auto& text = line.as_object().at(member);
  const auto value = text.is_string() ? base::parse_decimal(text.as_string(), 2) : std::nullopt;
  return value ? value->units : 0;
}

// A sum that the role of whoever asks hides.
bool is_hidden(const json::value& line, std::string_view member) { return line.is_object() && line.as_object().at(member).is_null(); }

json::object change(const json::value& before, const json::value& after) {
  const json::value& shown = after.is_null() ? before : after;
  json::object increase, decrease;
  for (const auto member : kSums) {
    const std::int64_t difference = units_of(after, member) - units_of(before, member);
    increase[member] = decrease[member] = nullptr;
    if (is_hidden(before, member) || is_hidden(after, member)) continue;
    increase[member] = base::to_string(Decimal{std::max<std::int64_t>(difference, 0), 2});
    decrease[member] = base::to_string(Decimal{std::max<std::int64_t>(-difference, 0), 2});
  }
  return {{"name", shown.at("name")}, {"unit", shown.at("unit")},        {"vat_rate", shown.at("vat_rate")}, {"before", before},
          {"after", after},           {"increase", std::move(increase)}, {"decrease", std::move(decrease)}};
}

}  // namespace

json::array line_changes(const std::vector<Record>& before, const json::array& before_lines, const std::vector<Record>& after,
                         const json::array& lines) {
  json::array changes;
  std::vector<bool> is_told(after.size(), false);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto found =
        std::find_if(after.begin(), after.end(), [&](const auto& line) { return line.link_id("basis_line") == before[i].id; });
    const auto at = static_cast<std::size_t>(found - after.begin());
    if (found != after.end()) is_told[at] = true;
    changes.push_back(change(before_lines[i], found == after.end() ? json::value(nullptr) : lines[at]));
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (!is_told[i]) changes.push_back(change(nullptr, lines[i]));
  }
  return changes;
}

json::object change_totals(const json::array& changes) {
  json::object totals;
  for (const char* way : {"increase", "decrease"}) {
    json::object sums;
    for (const auto member : kSums) {
      std::int64_t units = 0;
      bool has_hidden = false;
      for (const auto& one : changes) {
        units += units_of(one.at(way), member);
        has_hidden = has_hidden || is_hidden(one.at(way), member);
      }
      sums[member] = has_hidden ? json::value(nullptr) : json::value(base::to_string(Decimal{units, 2}));
    }
    totals[way] = std::move(sums);
  }
  return totals;
}

}  // namespace documents
