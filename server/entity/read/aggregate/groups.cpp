#include "server/entity/read/aggregate/groups.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/base/error.hpp"
#include "server/entity/read/filter/operand.hpp"

namespace entity::read {

namespace {

constexpr std::size_t kMaxGroupsHeld = 100'000;

void append_part(std::string& bytes, const KeyPart& part) {
  if (const auto* number = std::get_if<std::int64_t>(&part.value)) {
    bytes += 'i';
    bytes.append(reinterpret_cast<const char*>(number), sizeof *number);
    if (part.entity_id != 0) bytes.append(reinterpret_cast<const char*>(&part.entity_id), sizeof part.entity_id);
    return;
  }
  const auto& text = std::get<std::string>(part.value);
  const auto size = text.size();
  bytes += 't';
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

// PostgreSQL sums bigint as numeric: digits, maybe more than 64 bits.
__int128 wide_integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  __int128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    value = value * 10 + (c - '0');
  }
  return is_negative ? -value : value;
}

bool is_text(const Terminal& terminal) { return terminal.comparison == Comparison::kText || terminal.comparison == Comparison::kChoice; }

}  // namespace

std::int64_t CalendarBuckets::first_day(std::int64_t value) {
  auto after = buckets_.upper_bound(value);
  if (after != buckets_.begin()) {
    const auto& [first, bucket] = *std::prev(after);
    if (value < bucket.end) return bucket.day;
  }
  const auto day = is_instant_ ? zone_.local_date(base::from_micros(value)) : base::from_days(value);
  const auto range = calendar_unit(day, unit_, 0);
  if (!range) return base::to_days(day);
  const auto start = [&](base::Date date) { return is_instant_ ? base::to_micros(zone_.start_of_day(date)) : base::to_days(date); };
  const auto first = base::to_days(range->first);
  buckets_[start(range->first)] = {start(range->second + std::chrono::days{1}), first};
  return first;
}

GroupTable::GroupTable(std::vector<GroupColumn> groups, std::vector<MeasureColumn> measures, const Caller& caller)
    : groups_(std::move(groups)), measures_(std::move(measures)), scratch_(groups_.size()) {
  const auto zone = base::TimeZone::find(caller.time_zone).value_or(base::TimeZone::utc());
  for (const auto& group : groups_) {
    if (group.unit.empty())
      buckets_.emplace_back();
    else
      buckets_.emplace_back(CalendarBuckets(group.unit, group.terminal.comparison == Comparison::kInstant, zone));
  }
}

bool GroupTable::read_part(store::Statement& row, std::size_t index, bool units_done, KeyPart& part) {
  const auto& group = groups_[index];
  if (row.is_null(group.column)) return false;
  if (is_text(group.terminal)) {
    part.value = std::string(row.text(group.column));
    if (group.terminal.is_folded) part.shown = row.text(group.column + 1);
    return true;
  }
  const auto number = row.integer(group.column);
  part.value = buckets_[index] && !units_done ? buckets_[index]->first_day(number) : number;
  part.entity_id = group.terminal.entity_column.empty() ? 0 : row.integer(group.column + 1);
  return true;
}

// nullptr: some part of the key is empty.
Group* GroupTable::find(store::Statement& row, std::int64_t records, bool units_done) {
  scratch_key_.clear();
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (!read_part(row, i, units_done, scratch_[i])) {
      without_group_ += records;
      return nullptr;
    }
    append_part(scratch_key_, scratch_[i]);
  }
  auto found = table_.find(scratch_key_);
  if (found == table_.end()) {
    if (table_.size() >= kMaxGroupsHeld)
      throw base::Error(base::ErrorCode::kInvalidArgument, "too_many_groups", {{"limit", std::to_string(kMaxGroupsHeld)}});
    found = table_.emplace(scratch_key_, Group{scratch_, 0, std::vector<MeasureState>(measures_.size())}).first;
  } else {
    for (std::size_t i = 0; i < scratch_.size(); ++i) {
      if (groups_[i].terminal.is_folded && scratch_[i].shown < found->second.key[i].shown) found->second.key[i].shown = scratch_[i].shown;
    }
  }
  found->second.count += records;
  return &found->second;
}

void GroupTable::add_record(store::Statement& row) {
  Group* group = find(row, 1, false);
  if (group == nullptr) return;
  for (std::size_t i = 0; i < measures_.size(); ++i) {
    const auto& measure = measures_[i];
    auto& state = group->measures[i];
    if (!measure.has_field || row.is_null(measure.column)) continue;
    if (measure.fn == Measure::Fn::kCountDistinct) {
      state.distinct.insert(is_text(measure.terminal) ? std::string(row.text(measure.column))
                                                      : std::to_string(row.integer(measure.column)));
      state.distinct_count = static_cast<std::int64_t>(state.distinct.size());
    } else if (measure.fn != Measure::Fn::kCount) {
      const auto value = row.integer(measure.column);
      state.low = state.count == 0 ? value : std::min(state.low, value);
      state.high = state.count == 0 ? value : std::max(state.high, value);
      state.sum += value;
    }
    ++state.count;
  }
}

void GroupTable::add_group(store::Statement& row, int count_column) {
  Group* group = find(row, row.integer(count_column), true);
  if (group == nullptr) return;
  for (std::size_t i = 0; i < measures_.size(); ++i) {
    const auto& measure = measures_[i];
    auto& state = group->measures[i];
    if (!measure.has_field) continue;
    state.count += row.integer(measure.column);
    if (measure.fn == Measure::Fn::kCount || row.is_null(measure.column + 1)) continue;
    switch (measure.fn) {
      case Measure::Fn::kCountDistinct: state.distinct_count += row.integer(measure.column + 1); break;
      case Measure::Fn::kMin: state.low = row.integer(measure.column + 1); break;
      case Measure::Fn::kMax: state.high = row.integer(measure.column + 1); break;
      default: state.sum += wide_integer(row.text(measure.column + 1));
    }
  }
}

void GroupTable::add_empty() {
  if (groups_.empty()) table_.emplace(std::string(), Group{{}, 0, std::vector<MeasureState>(measures_.size())});
}

std::vector<const Group*> GroupTable::sorted() const {
  std::vector<const Group*> groups;
  for (const auto& [key, group] : table_) groups.push_back(&group);
  std::sort(groups.begin(), groups.end(), [](const Group* a, const Group* b) {
    for (std::size_t i = 0; i < a->key.size(); ++i) {
      if (a->key[i].value != b->key[i].value) return a->key[i].value < b->key[i].value;
      if (a->key[i].entity_id != b->key[i].entity_id) return a->key[i].entity_id < b->key[i].entity_id;
    }
    return false;
  });
  return groups;
}

std::int64_t GroupTable::without_value(std::size_t measure) const {
  std::int64_t missing = 0;
  for (const auto& [key, group] : table_) missing += group.count - group.measures[measure].count;
  return missing;
}

}  // namespace entity::read
