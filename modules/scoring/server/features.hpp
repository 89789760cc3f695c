// What is known of a lead, deal or need before its outcome, as words for the regression.
//
// Nothing that comes with the outcome is looked at (stage, status, dates of closing, what a conversion fills in): wins of the company count
// up to the creation of the record.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/query.hpp"

namespace scoring {

struct Feature {
  std::string field, value, title;  // title: what people read, "" when the value is it
};
struct Row {
  std::int64_t id = 0;
  std::vector<Feature> features;
  bool is_closed = false, is_success = false;
  std::int64_t score = -1;  // as stored; -1: none
};

inline constexpr std::string_view kTargets[] = {"lead", "deal", "need"};

// Rows of one page of records, newest first; `filter` as in queries. Returns the cursor of the next page, "" at the end.
std::string read_rows(const entity::QueryContext& context, std::string_view target, const json::value& filter, const std::string& cursor,
                      int limit, std::vector<Row>& rows);
json::value closed_filter(std::string_view target);
json::value open_filter(std::string_view target);

// Buckets, as they appear in features.
std::string_view amount_bucket(double amount);
std::string_view days_bucket(double days);

}  // namespace scoring
