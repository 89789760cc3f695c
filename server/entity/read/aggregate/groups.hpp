// Groups of an aggregate while rows arrive: keys, sums, and what is left out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "server/base/time.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/filter/terminal.hpp"
#include "server/store/database.hpp"

namespace entity::read {

// One part of a group's key. Text that compares folded keeps the smallest spelling to show.
struct KeyPart {
  std::variant<std::monostate, std::int64_t, std::string> value;
  std::int64_t entity_id = 0;  // link_any
  std::string shown;
};

struct MeasureState {
  std::int64_t count = 0;  // records that have the value
  __int128 sum = 0;
  std::int64_t low = 0, high = 0;
  std::int64_t distinct_count = 0;           // given by the database
  std::unordered_set<std::string> distinct;  // collected here
};

struct Group {
  std::vector<KeyPart> key;
  std::int64_t count = 0;
  std::vector<MeasureState> measures;
};

// First days of calendar units for instants and dates; each unit is worked out once.
class CalendarBuckets {
 public:
  CalendarBuckets(std::string unit, bool is_instant, base::TimeZone zone)
      : unit_(std::move(unit)), is_instant_(is_instant), zone_(std::move(zone)) {}
  // Days since 1970-01-01 of the unit's first day.
  std::int64_t first_day(std::int64_t value);

 private:
  struct Bucket {
    std::int64_t end;  // first value after it
    std::int64_t day;
  };
  std::string unit_;
  bool is_instant_;
  base::TimeZone zone_;
  std::map<std::int64_t, Bucket> buckets_;  // by first value
};

// Where the parts of a group key and of a measure stand in a row.
struct GroupColumn {
  Terminal terminal;
  std::string unit;
  int column = 0;
};
struct MeasureColumn {
  Terminal terminal;
  Measure::Fn fn = Measure::Fn::kCount;
  bool has_field = false;
  int column = 0;
};

class GroupTable {
 public:
  GroupTable(std::vector<GroupColumn> groups, std::vector<MeasureColumn> measures, const Caller& caller);

  // One record per row: the values themselves.
  void add_record(store::Statement& row);
  // One group per row, worked out by the database: count(*), then per measure what `write_measure_sql` selects.
  void add_group(store::Statement& row, int count_column);

  // Without group keys there is one group even when there are no records.
  void add_empty();

  // In the order of their keys.
  std::vector<const Group*> sorted() const;
  std::int64_t without_group() const { return without_group_; }
  // Records of the groups that have no value for the measure.
  std::int64_t without_value(std::size_t measure) const;

 private:
  Group* find(store::Statement& row, std::int64_t records, bool units_done);
  bool read_part(store::Statement& row, std::size_t index, bool units_done, KeyPart& part);
  std::vector<GroupColumn> groups_;
  std::vector<MeasureColumn> measures_;
  std::vector<std::optional<CalendarBuckets>> buckets_;
  std::unordered_map<std::string, Group> table_;
  std::vector<KeyPart> scratch_;
  std::string scratch_key_;
  std::int64_t without_group_ = 0;
};

}  // namespace entity::read
