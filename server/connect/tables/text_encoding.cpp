#include "server/connect/tables/text_encoding.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "server/base/error.hpp"
#include "server/connect/files/file_store.hpp"

namespace connect {

namespace {

constexpr std::size_t kPiece = 256 * 1024;

// Where a UTF-8 text may be cut: before the last character when it is not whole.
std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 4 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return needed > back ? text.size() - back : text.size();
  }
  return text.size();
}

// Checks UTF-8 over pieces: overlong forms, surrogates and values past U+10FFFF are broken (Unicode 15, table 3-7).
class Utf8Check {
 public:
  bool feed(std::string_view piece) {
    for (const char c : piece) {
      const auto byte = static_cast<unsigned char>(c);
      if (left_ == 0) {
        if (byte < 0x80) continue;
        if (byte >= 0xC2 && byte <= 0xDF)
          start(1, 0x80, 0xBF);
        else if (byte >= 0xE0 && byte <= 0xEF)
          start(2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF);
        else if (byte >= 0xF0 && byte <= 0xF4)
          start(3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF);
        else
          return false;
        continue;
      }
      if (byte < low_ || byte > high_) return false;
      --left_;
      low_ = 0x80;
      high_ = 0xBF;
    }
    return true;
  }
  bool is_whole() const { return left_ == 0; }

 private:
  void start(int left, unsigned low, unsigned high) {
    left_ = left;
    low_ = low;
    high_ = high;
  }
  int left_ = 0;
  unsigned low_ = 0x80, high_ = 0xBF;
};

using Histogram = std::array<std::int64_t, 256>;

// Share of Russian letters per thousand, а..я (ё with е); the usual frequencies of the language.
constexpr std::array<int, 32> kFrequency = {80, 16, 45, 17, 30, 85, 9, 17, 74, 12, 35, 44, 32, 67, 110, 28,
                                            47, 55, 63, 26, 3,  10, 5, 14, 7,  4,  1,  19, 17, 3,  6,   20};

// What a byte means in the code page: index of a small letter 0..31, 100 + index of a capital, -1 something else.
int letter_of(std::string_view encoding, int byte) {
  static constexpr std::string_view kKoi = "юабцдефгхийклмнопярстужвьызшэщчъ";
  if (encoding == "windows-1251") {
    if (byte >= 0xE0) return byte - 0xE0;
    if (byte >= 0xC0) return 100 + byte - 0xC0;
    return byte == 0xB8 ? 5 : byte == 0xA8 ? 105 : -1;
  }
  if (encoding == "IBM866") {
    if (byte >= 0x80 && byte <= 0x9F) return 100 + byte - 0x80;
    if (byte >= 0xA0 && byte <= 0xAF) return byte - 0xA0;
    if (byte >= 0xE0 && byte <= 0xEF) return byte - 0xE0 + 16;
    return -1;
  }
  if (byte < 0xC0) return byte == 0xA3 ? 5 : byte == 0xB3 ? 105 : -1;
  // The table holds two bytes of UTF-8 a letter: а is D0 B0, р is D1 80.
  const auto at = static_cast<std::size_t>(byte & 0x1F) * 2;
  const auto first = static_cast<unsigned char>(kKoi[at]);
  const auto second = static_cast<unsigned char>(kKoi[at + 1]);
  const int index = first == 0xD0 ? second - 0xB0 : second - 0x80 + 16;
  return byte >= 0xE0 ? 100 + index : index;
}

std::int64_t score(std::string_view encoding, const Histogram& bytes) {
  std::int64_t total = 0;
  for (int byte = 0x80; byte < 256; ++byte) {
    const std::int64_t count = bytes[static_cast<std::size_t>(byte)];
    if (count == 0) continue;
    const int letter = letter_of(encoding, byte);
    // Capitals are rarer than small letters; № and « are common signs of windows-1251 and of nothing else.
    if (letter >= 100)
      total += count * kFrequency[static_cast<std::size_t>(letter - 100)] / 3;
    else if (letter >= 0)
      total += count * kFrequency[static_cast<std::size_t>(letter)];
    else
      total -= count *
               (encoding == "windows-1251" && (byte == 0xB9 || byte == 0xAB || byte == 0xBB || byte == 0xA0 || byte == 0x96 || byte == 0x97)
                    ? 0
                    : 40);
  }
  return total;
}

std::string best_code_page(const Histogram& bytes) {
  std::string best = "windows-1251";
  std::int64_t most = score(best, bytes);
  for (const std::string_view other : {"KOI8-R", "IBM866"}) {
    const std::int64_t value = score(other, bytes);
    if (value > most) {
      most = value;
      best = other;
    }
  }
  return best;
}

struct ConverterClose {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, ConverterClose>;

Converter open_converter(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name.c_str(), &status));
  if (U_FAILURE(status) || !converter) throw base::Error(base::ErrorCode::kInvalidArgument, "unknown_encoding", {{"name", name}});
  return converter;
}

bool is_utf8_name(std::string name) {
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name == "utf-8" || name == "utf8";
}

// Converts a piece through UTF-16; `flush` at the end of the text.
void convert(UConverter* from, UConverter* to, std::string_view piece, bool flush, bool& is_first, std::string& out) {
  char buffer[16 * 1024];
  UChar pivot[8 * 1024];
  UChar* pivot_source = pivot;
  UChar* pivot_target = pivot;
  const char* source = piece.data();
  const char* const end = source + piece.size();
  while (true) {
    char* target = buffer;
    UErrorCode status = U_ZERO_ERROR;
    ucnv_convertEx(to, from, &target, buffer + sizeof buffer, &source, end, pivot, &pivot_source, &pivot_target, pivot + std::size(pivot),
                   is_first, flush, &status);
    is_first = false;
    out.append(buffer, target);
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status)) throw base::Error(base::ErrorCode::kInvalidArgument, "table_unreadable", {{"reason", "encoding"}});
    return;
  }
}

}  // namespace

std::string detect_encoding(std::string_view bytes) {
  Utf8Check utf8;
  if (utf8.feed(bytes) && utf8.is_whole()) return "UTF-8";
  Histogram histogram{};
  for (const char c : bytes) ++histogram[static_cast<unsigned char>(c)];
  return best_code_page(histogram);
}

TextEncoding detect_encoding(const StoredContent& content) {
  const std::string head = content.read(0, 4);
  if (head.starts_with("\xEF\xBB\xBF")) return {"UTF-8", 3};
  if (head.starts_with("\xFF\xFE")) return {"UTF-16LE", 2};
  if (head.starts_with("\xFE\xFF")) return {"UTF-16BE", 2};
  Utf8Check utf8;
  bool is_utf8 = true;
  Histogram histogram{};
  std::int64_t zeros[2] = {0, 0};
  for (std::int64_t at = 0; at < content.size();) {
    const std::string piece = content.read(at, kPiece);
    if (piece.empty()) break;
    is_utf8 = is_utf8 && utf8.feed(piece);
    for (std::size_t i = 0; i < piece.size(); ++i) {
      ++histogram[static_cast<unsigned char>(piece[i])];
      if (piece[i] == '\0') ++zeros[(static_cast<std::size_t>(at) + i) % 2];
    }
    at += static_cast<std::int64_t>(piece.size());
  }
  // Latin letters, digits, separators and line ends of UTF-16 have one zero byte each.
  if (zeros[0] + zeros[1] > content.size() / 8) return {zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE", 0};
  if (is_utf8 && utf8.is_whole()) return {"UTF-8", 0};
  return {best_code_page(histogram), 0};
}

std::string to_utf8(std::string_view bytes, const std::string& encoding) {
  const Converter from = open_converter(encoding);
  const Converter to = open_converter("UTF-8");
  std::string out;
  bool is_first = true;
  convert(from.get(), to.get(), bytes, true, is_first, out);
  return out;
}

std::string from_utf8(std::string_view text, const std::string& encoding) {
  const Converter from = open_converter("UTF-8");
  const Converter to = open_converter(encoding);
  std::string out;
  bool is_first = false;  // no byte order mark is looked for
  convert(from.get(), to.get(), text, true, is_first, out);
  std::replace(out.begin(), out.end(), '\x1a', '?');  // what single byte encodings put there
  return out;
}

struct TextStream::Impl {
  const StoredContent& content;
  TextEncoding encoding;
  std::int64_t at = 0;
  bool is_ended = false;
  std::string rest;  // UTF-8: bytes of a character that is not whole yet
  Converter from, to;
  bool is_first = true;
};

TextStream::TextStream(const StoredContent& content, const std::string& encoding)
    : impl_(new Impl{content, detect_encoding(content), 0, false, {}, {}, {}}) {
  if (!encoding.empty()) {
    const bool same_family =
        impl_->encoding.name.starts_with("UTF") && encoding.size() >= 3 && std::tolower(static_cast<unsigned char>(encoding[0])) == 'u';
    impl_->encoding.name = encoding;
    if (!same_family) impl_->encoding.mark_bytes = 0;
  }
  impl_->at = static_cast<std::int64_t>(impl_->encoding.mark_bytes);
  // Given as UTF-8 but not so: the converter puts U+FFFD where the bytes are broken.
  if (is_utf8_name(impl_->encoding.name) && encoding.empty()) return;
  impl_->from = open_converter(impl_->encoding.name);
  impl_->to = open_converter("UTF-8");
}

TextStream::~TextStream() = default;

const std::string& TextStream::encoding() const { return impl_->encoding.name; }

bool TextStream::read(std::string& out) {
  Impl& state = *impl_;
  if (state.is_ended) return false;
  std::string piece = state.content.read(state.at, kPiece);
  state.at += static_cast<std::int64_t>(piece.size());
  state.is_ended = piece.empty();
  if (state.from) {
    convert(state.from.get(), state.to.get(), piece, state.is_ended, state.is_first, out);
    return true;
  }
  state.rest += piece;
  const std::size_t whole = state.is_ended ? state.rest.size() : whole_characters(state.rest);
  out.append(state.rest, 0, whole);
  state.rest.erase(0, whole);
  return true;
}

}  // namespace connect
