// multipart/form-data (RFC 7578), fed in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/server.hpp"

namespace http {

namespace internal {
class TemporaryFile;
}

// The content of an uploaded file: in memory while small, then in an unnamed temporary file that goes with the object.
class SpooledFile {
 public:
  // `folder` for temporary files; empty: TMPDIR or /tmp. Over `memory_bytes` the content moves to the file.
  SpooledFile(std::string folder, std::size_t memory_bytes);
  ~SpooledFile();
  SpooledFile(SpooledFile&& other) noexcept;
  SpooledFile& operator=(SpooledFile&& other) noexcept;

  // Throws base::Error unavailable "temporary_file" {reason} (disk full).
  void append(std::string_view bytes);
  std::int64_t size() const;
  bool is_on_disk() const { return disk_ != nullptr; }
  // Up to `max_bytes` from `offset` on; empty at the end. Throws like append.
  std::string read(std::int64_t offset, std::size_t max_bytes) const;

 private:
  std::string folder_;
  std::size_t memory_bytes_;
  std::string memory_;
  std::unique_ptr<internal::TemporaryFile> disk_;
};

struct MultipartLimits {
  std::size_t max_parts = 200;
  std::size_t max_field_bytes = 1 << 20;
  std::int64_t max_file_bytes = std::int64_t{100} << 20;
  std::size_t max_header_bytes = 8 << 10;  // of one part
  std::size_t spool_from_bytes = 64 << 10;
  std::string folder;  // see SpooledFile
};

struct MultipartPart {
  std::string name;
  std::string value;                     // of a field without a file name; valid UTF-8
  std::optional<std::string> file_name;  // the last path component, without control characters; set for files
  std::string content_type;              // as claimed; see sniff.hpp
  std::optional<SpooledFile> file;       // set for files
};

// Errors (base::Error): invalid_argument "multipart_boundary" (no usable boundary in Content-Type), "multipart_syntax"
// {offset}, "multipart_incomplete"; fields: "too_long" {limit}, "file_too_large" {limit}, "encoding"; resource_exhausted
// "multipart_too_many_parts" {limit}.
class MultipartParser {
 public:
  MultipartParser(std::string_view content_type_header, MultipartLimits limits);
  void feed(std::string_view bytes);
  // The body has ended; gives the parts in order.
  std::vector<MultipartPart> finish();

 private:
  enum class State { kPreamble, kDelimiter, kHeaders, kContent, kEpilogue };
  bool step();
  bool read_content();
  bool read_delimiter();
  bool read_headers();
  void begin_part(std::string_view headers);
  void add_content(std::string_view bytes);
  void end_part();
  [[noreturn]] void refuse_syntax() const;

  MultipartLimits limits_;
  std::string delimiter_;  // CR LF -- boundary
  State state_ = State::kPreamble;
  std::string pending_;       // not yet consumed; at most one piece and a delimiter
  std::size_t consumed_ = 0;  // of pending_
  std::size_t offset_ = 0;    // of pending_ in the body, for messages
  std::vector<MultipartPart> parts_;
};

// The parts of a request's body.
std::vector<MultipartPart> parse_multipart(const Request& request, const MultipartLimits& limits = {});

}  // namespace http
