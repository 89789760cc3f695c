#include "server/http/syntax/multipart.hpp"

#include <algorithm>
#include <utility>

#include "server/base/text/text.hpp"
#include "server/http/internal/temporary_file.hpp"
#include "server/http/syntax/negotiate.hpp"
#include "server/http/syntax/url.hpp"

namespace http {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, section 5.1.1

std::string last_component(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  std::string out;
  for (const char c : slash == std::string_view::npos ? path : path.substr(slash + 1)) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') out += c;
  }
  return out;
}

// RFC 8187: UTF-8'language'percent-encoded.
std::optional<std::string> decode_extended(std::string_view text) {
  const std::size_t first = text.find('\'');
  if (first == std::string_view::npos || !equals_ignoring_case(text.substr(0, first), "utf-8")) return std::nullopt;
  const std::size_t second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return percent_decode(text.substr(second + 1));
}

}  // namespace

SpooledFile::SpooledFile(std::string folder, std::size_t memory_bytes) : folder_(std::move(folder)), memory_bytes_(memory_bytes) {}

SpooledFile::~SpooledFile() = default;
SpooledFile::SpooledFile(SpooledFile&& other) noexcept = default;
SpooledFile& SpooledFile::operator=(SpooledFile&& other) noexcept = default;

std::int64_t SpooledFile::size() const { return disk_ ? disk_->size() : static_cast<std::int64_t>(memory_.size()); }

void SpooledFile::append(std::string_view bytes) {
  if (!disk_ && memory_.size() + bytes.size() <= memory_bytes_) {
    memory_ += bytes;
    return;
  }
  if (!disk_) {
    disk_ = std::make_unique<internal::TemporaryFile>(folder_);
    disk_->append(std::exchange(memory_, {}));
  }
  disk_->append(bytes);
}

std::string SpooledFile::read(std::int64_t offset, std::size_t max_bytes) const {
  if (disk_) return disk_->read(offset, max_bytes);
  if (offset < 0 || offset >= size()) return {};
  return memory_.substr(static_cast<std::size_t>(offset), max_bytes);
}

MultipartParser::MultipartParser(std::string_view content_type_header, MultipartLimits limits) : limits_(std::move(limits)) {
  const auto type = parse_content_type(content_type_header);
  const std::string_view boundary = type ? type->parameter("boundary") : std::string_view();
  const bool is_printable = std::all_of(boundary.begin(), boundary.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!type || type->type != "multipart/form-data" || boundary.empty() || boundary.size() > kMaxBoundary || !is_printable ||
      boundary.back() == ' ') {
    throw Error(ErrorCode::kInvalidArgument, "multipart_boundary");
  }
  delimiter_ = "\r\n--" + std::string(boundary);
  pending_ = "\r\n";  // so that a delimiter at the very beginning looks like the others
}

void MultipartParser::feed(std::string_view bytes) {
  // Bounded pieces keep `pending_` small whatever the caller feeds.
  constexpr std::size_t kPiece = 64 << 10;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPiece);
    bytes.remove_prefix(piece.size());
    if (state_ == State::kEpilogue) return;
    pending_ += piece;
    while (step()) {
    }
    pending_.erase(0, consumed_);
    offset_ += consumed_;
    consumed_ = 0;
  }
}

// False: more bytes are needed.
bool MultipartParser::step() {
  switch (state_) {
    case State::kPreamble:
    case State::kContent: return read_content();
    case State::kDelimiter: return read_delimiter();
    case State::kHeaders: return read_headers();
    case State::kEpilogue: consumed_ = pending_.size(); return false;
  }
  return false;
}

bool MultipartParser::read_content() {
  const std::string_view text = std::string_view(pending_).substr(consumed_);
  const std::size_t at = text.find(delimiter_);
  const bool is_found = at != std::string_view::npos;
  const std::size_t kept = delimiter_.size() - 1;  // may be the beginning of a delimiter
  const std::size_t size = is_found ? at : text.size() - std::min(text.size(), kept);
  if (state_ == State::kContent) add_content(text.substr(0, size));
  consumed_ += size;
  if (!is_found) return false;
  if (state_ == State::kContent) end_part();
  consumed_ += delimiter_.size();
  state_ = State::kDelimiter;
  return true;
}

// RFC 2046, section 5.1.1: after the delimiter, "--" or blanks and a line end.
bool MultipartParser::read_delimiter() {
  std::string_view text = std::string_view(pending_).substr(consumed_);
  const std::size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
  if (blanks > limits_.max_header_bytes) refuse_syntax();
  if (text.size() < blanks + 2) return false;
  if (blanks == 0 && text.starts_with("--")) {
    state_ = State::kEpilogue;
    return true;
  }
  if (text.substr(blanks, 2) != "\r\n") refuse_syntax();
  consumed_ += blanks;  // the line end stays: it begins the empty line when there are no headers
  state_ = State::kHeaders;
  return true;
}

bool MultipartParser::read_headers() {
  const std::string_view text = std::string_view(pending_).substr(consumed_);
  const std::size_t end = text.find("\r\n\r\n");
  if (std::min(end, text.size()) > limits_.max_header_bytes) refuse_syntax();
  if (end == std::string_view::npos) return false;
  begin_part(text.substr(2, std::max<std::size_t>(end, 2) - 2));
  consumed_ += end + 4;
  state_ = State::kContent;
  return true;
}

void MultipartParser::begin_part(std::string_view headers) {
  if (parts_.size() >= limits_.max_parts) {
    throw Error(ErrorCode::kResourceExhausted, "multipart_too_many_parts", {{"limit", std::to_string(limits_.max_parts)}});
  }
  MultipartPart part;
  bool has_disposition = false;
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) refuse_syntax();
    const std::string_view name = line.substr(0, colon), value = trim_blanks(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-type")) part.content_type = value;
    if (!equals_ignoring_case(name, "content-disposition")) continue;
    const std::size_t semicolon = std::min(value.find(';'), value.size());
    std::vector<std::pair<std::string, std::string>> parameters;
    if (!equals_ignoring_case(trim_blanks(value.substr(0, semicolon)), "form-data") ||
        !parse_parameters(value.substr(semicolon), parameters)) {
      refuse_syntax();
    }
    for (auto& [key, text] : parameters) {
      if (!base::is_valid_utf8(text)) refuse_syntax();
      if (key == "name") {
        has_disposition = true;
        part.name = text;
      } else if (key == "filename" && !part.file_name) {
        part.file_name = last_component(text);
      } else if (key == "filename*") {
        const auto decoded = decode_extended(text);
        if (!decoded) refuse_syntax();
        part.file_name = last_component(*decoded);
      }
    }
  }
  if (!has_disposition) refuse_syntax();
  if (part.file_name) part.file.emplace(limits_.folder, limits_.spool_from_bytes);
  parts_.push_back(std::move(part));
}

void MultipartParser::add_content(std::string_view bytes) {
  if (bytes.empty()) return;
  MultipartPart& part = parts_.back();
  if (part.file) {
    if (part.file->size() + static_cast<std::int64_t>(bytes.size()) > limits_.max_file_bytes) {
      throw Error::field(part.name, "file_too_large", {{"limit", std::to_string(limits_.max_file_bytes)}});
    }
    part.file->append(bytes);
  } else {
    if (part.value.size() + bytes.size() > limits_.max_field_bytes) {
      throw Error::field(part.name, "too_long", {{"limit", std::to_string(limits_.max_field_bytes)}});
    }
    part.value += bytes;
  }
}

void MultipartParser::end_part() {
  const MultipartPart& part = parts_.back();
  if (!part.file && !base::is_valid_utf8(part.value)) throw Error::field(part.name, "encoding");
}

void MultipartParser::refuse_syntax() const {
  throw Error(ErrorCode::kInvalidArgument, "multipart_syntax", {{"offset", std::to_string(offset_ + consumed_)}});
}

std::vector<MultipartPart> MultipartParser::finish() {
  while (state_ != State::kEpilogue && step()) {
  }
  if (state_ != State::kEpilogue) throw Error(ErrorCode::kInvalidArgument, "multipart_incomplete");
  return std::move(parts_);
}

std::vector<MultipartPart> parse_multipart(const Request& request, const MultipartLimits& limits) {
  MultipartParser parser(request.header("content-type"), limits);
  parser.feed(request.body);
  return parser.finish();
}

}  // namespace http
