#include "server/base/program/log.hpp"

#include <gtest/gtest.h>

#include "server/base/json.hpp"

namespace base {
namespace {

TEST(Log, WritesOneJsonObjectALine) {
  testing::internal::CaptureStderr();
  log(LogLevel::kInfo, "request", {{"status", std::int64_t{200}}, {"path", std::string_view("/a\"b")}, {"ok", true}, {"ms", 1.5}});
  const std::string line = testing::internal::GetCapturedStderr();
  ASSERT_EQ(line.find('\n'), line.size() - 1);
  const json::value value = parse_json(line);
  EXPECT_EQ(value.at("level").as_string(), "info");
  EXPECT_EQ(value.at("event").as_string(), "request");
  EXPECT_EQ(value.at("status").as_int64(), 200);
  EXPECT_EQ(value.at("path").as_string(), "/a\"b");
  EXPECT_TRUE(value.at("ok").as_bool());
}

TEST(Log, DropsRecordsBelowItsLevelButCountsErrors) {
  testing::internal::CaptureStderr();
  set_log_level(LogLevel::kWarning);
  log(LogLevel::kInfo, "hidden");
  const std::int64_t before = logged_errors();
  log(LogLevel::kError, "planned_by_test");
  set_log_level(LogLevel::kInfo);
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines.find("hidden"), std::string::npos);
  EXPECT_NE(lines.find("planned_by_test"), std::string::npos);
  EXPECT_EQ(logged_errors(), before + 1);
}

TEST(Log, HasAReadableFormat) {
  testing::internal::CaptureStderr();
  set_log_format("text");
  log(LogLevel::kWarning, "slow_query", {{"name", std::string_view("list")}});
  set_log_format("json");
  EXPECT_NE(testing::internal::GetCapturedStderr().find(" warning slow_query name=\"list\"\n"), std::string::npos);
}

}  // namespace
}  // namespace base
