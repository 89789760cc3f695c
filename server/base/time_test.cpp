#include "server/base/time.hpp"

#include <gtest/gtest.h>
#include <unicode/timezone.h>

#include <random>

namespace base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string shown(std::string_view text) {
  const auto value = parse_instant(text);
  return value ? to_string(*value) : "none";
}

TEST(Instant, IsReadWithAnyOffsetAndWrittenInUtc) {
  EXPECT_EQ(shown("2026-11-21T10:20:30Z"), "2026-11-21T10:20:30Z");
  EXPECT_EQ(shown("2026-11-21t10:20:30.5+03:00"), "2026-11-21T07:20:30.500Z");
  EXPECT_EQ(shown("2026-11-21 10:20:30.123456789-11:30"), "2026-11-21T21:50:30.123456Z");
  EXPECT_EQ(shown("1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(shown("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
  EXPECT_EQ(shown("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
}

TEST(Instant, IsRefusedOutsideRfc3339) {
  for (const char* text : {"", "2026-11-21", "2026-11-21T10:20:30", "2026-11-21T10:20Z", "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z",
                           "2026-11-21T10:60:00Z", "2026-11-21T10:20:30.Z", "2026-11-21T10:20:30+3:00", "2026-11-21T10:20:30+0300",
                           "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-11-21T10:20:30ZZ"}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
}

TEST(Date, MustExist) {
  EXPECT_EQ(to_string(*parse_date("2024-02-29")), "2024-02-29");
  for (const char* text : {"2023-02-29", "2026-13-01", "2026-1-01", "0000-01-01", "2026-01-00", "2026-01-01 "}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(TimeZone, IsFoundByItsIanaNameOnly) {
  EXPECT_EQ(TimeZone::find("Europe/Moscow")->name(), "Europe/Moscow");
  EXPECT_EQ(TimeZone::utc().offset(from_micros(0)), seconds{0});
  for (const char* name : {"", "Mars/Olympus", "GMT+3", "europe/moscow"}) EXPECT_FALSE(TimeZone::find(name)) << name;
}

TEST(TimeZone, TellsTheLocalDay) {
  const TimeZone moscow = *TimeZone::find("Europe/Moscow");
  const Instant evening = *parse_instant("2026-11-21T22:30:00Z");
  EXPECT_EQ(to_string(moscow.local_date(evening)), "2026-11-22");
  EXPECT_EQ(moscow.local_time_of_day(evening), hours{1} + minutes{30});
  EXPECT_EQ(to_string(moscow.start_of_day(*parse_date("2026-11-22"))), "2026-11-21T21:00:00Z");
}

TEST(TimeZone, ResolvesClockChangesToTheEarlierValidInstant) {
  const TimeZone berlin = *TimeZone::find("Europe/Berlin");
  // 02:30 does not occur on 2026-03-29: the instant of the change; it occurs twice on 2026-10-25: the first.
  EXPECT_EQ(to_string(berlin.at(*parse_date("2026-03-29"), hours{2} + minutes{30})), "2026-03-29T01:00:00Z");
  EXPECT_EQ(to_string(berlin.at(*parse_date("2026-10-25"), hours{2} + minutes{30})), "2026-10-25T00:30:00Z");
  // Midnight skipped in Santiago, a whole day skipped in Samoa.
  EXPECT_EQ(to_string(TimeZone::find("America/Santiago")->start_of_day(*parse_date("2026-09-06"))), "2026-09-06T04:00:00Z");
  EXPECT_EQ(to_string(TimeZone::find("Pacific/Apia")->start_of_day(*parse_date("2011-12-30"))), "2011-12-30T10:00:00Z");
}

TEST(TimeZone, AgreesWithIcuAt20000InstantsAndFindsThemBack) {
  std::mt19937_64 random(20260103);
  for (const char* name : {"Europe/Moscow", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe"}) {
    const TimeZone zone = *TimeZone::find(name);
    const std::unique_ptr<icu::TimeZone> reference(icu::TimeZone::createTimeZone(name));
    for (int i = 0; i < 4000; ++i) {
      const Instant t = from_micros(static_cast<std::int64_t>(random() % 7'000'000'000) * 1'000'000 - 2'000'000'000'000'000);
      UErrorCode status = U_ZERO_ERROR;
      std::int32_t raw = 0;
      std::int32_t saving = 0;
      reference->getOffset(static_cast<double>(to_micros(t) / 1000), false, raw, saving, status);
      ASSERT_EQ(zone.offset(t), seconds{(raw + saving) / 1000}) << name << ' ' << to_string(t);
      const Instant back = zone.at(zone.local_date(t), zone.local_time_of_day(t));
      ASSERT_LE(back, t);
      ASSERT_LE(t - back, hours{1});
      ASSERT_EQ(back + zone.offset(back), t + zone.offset(t)) << name << ' ' << to_string(t);
    }
  }
}

TEST(ManualClock, MovesOnlyByHand) {
  ManualClock clock(*parse_instant("2026-01-01T00:00:00Z"));
  clock.advance(hours{24});
  EXPECT_EQ(to_string(clock.now()), "2026-01-02T00:00:00Z");
}

}  // namespace
}  // namespace base
