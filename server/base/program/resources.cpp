#include "server/base/program/resources.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace {

struct Entry {
  const char* path;
  const char* begin;
  const char* end;
  const char* hash;
  const char* gzip_begin;
  const char* gzip_end;
  const char* brotli_begin;
  const char* brotli_end;
};

}  // namespace

// The generated assembly file of the build folder.
extern "C" {
extern const Entry matvey_resources[];
extern const std::uint64_t matvey_resources_count;
}

namespace base {
namespace {

std::span<const Entry> entries() { return {matvey_resources, static_cast<std::size_t>(matvey_resources_count)}; }

std::span<const Entry>::iterator first_from(std::string_view path) {
  const auto all = entries();
  return std::lower_bound(all.begin(), all.end(), path,
                          [](const Entry& entry, std::string_view wanted) { return std::string_view(entry.path) < wanted; });
}

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

Resource resource_of(const Entry& entry) {
  return {entry.path, between(entry.begin, entry.end), entry.hash, between(entry.gzip_begin, entry.gzip_end),
          between(entry.brotli_begin, entry.brotli_end)};
}

}  // namespace

std::optional<Resource> find_resource_file(std::string_view path) {
  const auto found = first_from(path);
  if (found == entries().end() || found->path != path) return std::nullopt;
  return resource_of(*found);
}

std::optional<std::string_view> find_resource(std::string_view path) {
  const auto found = find_resource_file(path);
  if (!found) return std::nullopt;
  return found->content;
}

std::vector<Resource> resources_below(std::string_view prefix) {
  std::vector<Resource> found;
  for (auto entry = first_from(prefix); entry != entries().end(); ++entry) {
    const std::string_view path = entry->path;
    if (!path.starts_with(prefix)) break;
    found.push_back(resource_of(*entry));
  }
  return found;
}

}  // namespace base
