#include "server/base/program/resources.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string file_text(std::string_view path) {
  std::ifstream stream{std::string(path), std::ios::binary};
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Resources, AreTheFilesOfTheRepositoryByteForByte) {
  const auto all = base::resources_below("");
  std::size_t compared = 0;
  for (const auto& resource : all) {
    if (resource.path.starts_with("web/") || resource.path.starts_with("generated/")) continue;
    EXPECT_TRUE(resource.content == file_text(resource.path)) << resource.path;
    EXPECT_EQ(resource.hash.size(), 64u);
    EXPECT_EQ(resource.content.data()[resource.content.size()], '\0');
    ++compared;
  }
  EXPECT_GT(compared, 0u);
}

TEST(Resources, AreSortedAndFoundByPathAndPrefix) {
  const auto all = base::resources_below("");
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; }));
  for (const auto& resource : all) {
    const auto found = base::find_resource(resource.path);
    ASSERT_TRUE(found.has_value()) << resource.path;
    EXPECT_EQ(found->data(), resource.content.data());
  }
  EXPECT_FALSE(base::find_resource("server").has_value());
  EXPECT_FALSE(base::find_resource("").has_value());
  EXPECT_TRUE(base::resources_below("no such folder/").empty());
}

}  // namespace
