#include "server/connect/tables/table.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/csv_reader.hpp"
#include "server/connect/tables/text_encoding.hpp"
#include "server/connect/tables/vcard_reader.hpp"
#include "server/connect/tables/xlsx_reader.hpp"

namespace connect {

namespace {

class LocalFile final : public StoredContent {
 public:
  explicit LocalFile(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      if (descriptor_ >= 0) ::close(descriptor_);
      throw base::Error(base::ErrorCode::kNotFound, "file_not_found", {{"path", path}});
    }
    size_ = status.st_size;
  }
  ~LocalFile() override { ::close(descriptor_); }
  LocalFile(const LocalFile&) = delete;

  std::int64_t size() const override { return size_; }
  std::string read(std::int64_t offset, std::size_t max_bytes) const override {
    std::string bytes(max_bytes, '\0');
    const ssize_t got = ::pread(descriptor_, bytes.data(), max_bytes, offset);
    if (got < 0) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  int descriptor_;
  std::int64_t size_ = 0;
};

class TextContent final : public StoredContent {
 public:
  explicit TextContent(std::string text) : text_(std::move(text)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(text_.size()); }
  std::string read(std::int64_t offset, std::size_t max_bytes) const override {
    if (offset < 0 || offset >= size()) return {};
    return text_.substr(static_cast<std::size_t>(offset), max_bytes);
  }

 private:
  std::string text_;
};

bool begins_vcard(std::string_view head, const std::string& encoding) {
  std::string text = base::is_valid_utf8(head) ? std::string(head) : to_utf8(head, encoding.empty() ? detect_encoding(head) : encoding);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return false;
  text = text.substr(first, 11);
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text == "BEGIN:VCARD";
}

// Bytes that no text holds, near the beginning.
bool is_binary(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return false;
  const auto zeros = std::count(head.begin(), head.end(), '\0');
  const auto controls = std::count_if(head.begin(), head.end(), [](char c) {
    return static_cast<unsigned char>(c) < 32 && c != '\t' && c != '\r' && c != '\n' && c != '\f' && c != '\v' && c != '\0';
  });
  // UTF-16 without a mark has a zero byte beside each Latin letter and no other control bytes.
  return controls * 50 > static_cast<std::ptrdiff_t>(head.size()) ||
         (zeros > 0 && zeros * 8 < static_cast<std::ptrdiff_t>(head.size()) && controls > 0);
}

}  // namespace

bool Cell::is_blank() const {
  if (type == CellType::kEmpty || is_merged) return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == ' ' || (c >= 9 && c <= 13)) continue;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xA0) {
      ++i;
      continue;
    }
    // U+2000..U+200B, U+202F, U+FEFF
    if (c == 0xE2 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80 &&
        (static_cast<unsigned char>(text[i + 2]) <= 0x8B || static_cast<unsigned char>(text[i + 2]) == 0xAF)) {
      i += 2;
      continue;
    }
    if (c == 0xEF && text.substr(i, 3) == "\xEF\xBB\xBF") {
      i += 2;
      continue;
    }
    return false;
  }
  return true;
}

std::string_view table_format_name(TableFormat format) {
  if (format == TableFormat::kXlsx) return "xlsx";
  return format == TableFormat::kVcard ? "vcard" : "csv";
}

std::unique_ptr<TableReader> open_table(const StoredContent& content, const TableOptions& options) {
  const std::string head = content.read(0, 4096);
  if (head.starts_with("PK\x03\x04")) return open_xlsx(content);
  // Compound files: workbooks before 2007 and encrypted ones (MS-OFFCRYPTO) look alike from outside.
  if (head.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
    const bool is_encrypted =
        content.read(0, 1 << 20).find(std::string("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32)) != std::string::npos;
    throw base::Error(base::ErrorCode::kInvalidArgument, is_encrypted ? "table_encrypted" : "table_unknown_format");
  }
  if (begins_vcard(std::string_view(head).substr(0, 200), options.encoding)) return open_vcard(content, options);
  if (is_binary(head)) throw base::Error(base::ErrorCode::kInvalidArgument, "table_unknown_format");
  return open_csv(content, options);
}

std::unique_ptr<StoredContent> open_local_file(const std::string& path) { return std::make_unique<LocalFile>(path); }
std::unique_ptr<StoredContent> content_of(std::string text) { return std::make_unique<TextContent>(std::move(text)); }

}  // namespace connect
