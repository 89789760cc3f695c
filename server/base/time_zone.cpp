// Zones are read from ICU once and kept as tables of clock changes: a look-up of the offset is a binary search without
// locks, so reports may group millions of rows by local day.
#include <unicode/basictz.h>
#include <unicode/tzrule.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "server/base/time.hpp"

namespace base {

namespace {

using std::chrono::seconds;

struct Change {
  Instant at;      // from this instant on
  seconds offset;  // local time minus UTC
};

// Changes past this year are taken from the rules of ICU at each call.
constexpr Instant kTableEnd{std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}};
constexpr Instant kTableStart{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};

double to_icu(Instant t) { return static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count()); }

seconds icu_offset(const icu::TimeZone& zone, Instant t) {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t saving = 0;
  zone.getOffset(to_icu(t), false, raw, saving, status);
  return std::chrono::floor<seconds>(std::chrono::milliseconds{raw + saving});
}

std::vector<Change> read_changes(const icu::BasicTimeZone& zone) {
  std::vector<Change> changes{{kTableStart, icu_offset(zone, kTableStart)}};
  icu::TimeZoneTransition transition;
  double from = to_icu(kTableStart);
  while (zone.getNextTransition(from, false, transition)) {
    from = transition.getTime();
    const Instant at{std::chrono::milliseconds{static_cast<std::int64_t>(from)}};
    if (at >= kTableEnd) break;
    const icu::TimeZoneRule& rule = *transition.getTo();
    const seconds offset = std::chrono::floor<seconds>(std::chrono::milliseconds{rule.getRawOffset() + rule.getDSTSavings()});
    if (offset != changes.back().offset) changes.push_back({at, offset});
  }
  return changes;
}

}  // namespace

struct TimeZone::Data {
  std::string name;
  std::unique_ptr<icu::TimeZone> zone;  // its const calls are thread-safe
  std::vector<Change> changes;          // ascending, the first at year 1

  const Change* change_at(Instant t) const {
    const auto next =
        std::upper_bound(changes.begin() + 1, changes.end(), t, [](Instant value, const Change& change) { return value < change.at; });
    return &*(next - 1);
  }
};

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  static std::mutex mutex;
  // Never shrinks; at most as many entries as the zone data has names.
  static std::map<std::string, std::unique_ptr<const Data>, std::less<>> cache;
  const std::lock_guard lock(mutex);
  if (const auto found = cache.find(name); found != cache.end()) return TimeZone(found->second.get());

  const icu::UnicodeString id = icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
  icu::UnicodeString canonical;
  UBool is_system = false;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, is_system, status);
  if (U_FAILURE(status) || !is_system) return std::nullopt;  // ICU would also take "GMT+3"
  auto data = std::make_unique<Data>();
  data->name = name;
  data->zone.reset(icu::TimeZone::createTimeZone(id));
  const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(data->zone.get());
  if (!basic) return std::nullopt;
  data->changes = read_changes(*basic);
  const Data* kept = data.get();
  cache.emplace(data->name, std::move(data));
  return TimeZone(kept);
}

TimeZone TimeZone::utc() {
  static const TimeZone kUtc = *find("Etc/UTC");
  return kUtc;
}

const std::string& TimeZone::name() const { return data_->name; }

seconds TimeZone::offset(Instant t) const { return t < kTableEnd ? data_->change_at(t)->offset : icu_offset(*data_->zone, t); }

Date TimeZone::local_date(Instant t) const { return std::chrono::floor<std::chrono::days>(t + offset(t)); }

std::chrono::microseconds TimeZone::local_time_of_day(Instant t) const {
  const Instant local = t + offset(t);
  return local - std::chrono::floor<std::chrono::days>(local);
}

Instant TimeZone::start_of_day(Date d) const { return at(d, std::chrono::microseconds{0}); }

Instant TimeZone::at(Date d, std::chrono::microseconds time_of_day) const {
  const Instant local = Instant{d} + time_of_day;
  // Offsets lie within a day of UTC, Samoa's skipped day included: only changes in this window matter.
  const Instant low = local - std::chrono::hours{26};
  const Instant high = local + std::chrono::hours{26};
  const seconds before = offset(low);
  const seconds after = offset(high);
  if (before == after && high < kTableEnd && data_->change_at(low) == data_->change_at(high)) return local - before;
  std::optional<Instant> earliest;
  for (const seconds candidate : {before, offset(local), after}) {
    const Instant t = local - candidate;
    if (offset(t) == candidate && (!earliest || t < *earliest)) earliest = t;
  }
  if (earliest) return *earliest;
  // The time was skipped: the instant of the change, found by halving between both sides of it.
  Instant left = local - std::max(before, after);
  Instant right = local - std::min(before, after);
  while (right - left > std::chrono::microseconds{1}) {
    const Instant middle = left + (right - left) / 2;
    (middle + offset(middle) > local ? right : left) = middle;
  }
  return right;
}

}  // namespace base
