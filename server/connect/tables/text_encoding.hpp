// Bytes of a text file to UTF-8: finds out the encoding and converts piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace connect {

class StoredContent;

struct TextEncoding {
  std::string name = "UTF-8";  // UTF-8, UTF-16LE, UTF-16BE, windows-1251, KOI8-R, IBM866 or whatever ICU knows
  std::size_t mark_bytes = 0;  // of a byte order mark, to be passed over
};

// By the mark, else UTF-8 when every byte fits, else UTF-16 by its zero bytes, else the Cyrillic code page whose letters read most
// like Russian. Reads the whole content once.
TextEncoding detect_encoding(const StoredContent& content);
// The same for text in memory, without UTF-16.
std::string detect_encoding(std::string_view bytes);

// The whole of a short text; broken bytes become U+FFFD. Error invalid_argument "unknown_encoding" {name}.
std::string to_utf8(std::string_view bytes, const std::string& encoding);
// The other way; characters that the encoding lacks become '?'. Error invalid_argument "unknown_encoding" {name}.
std::string from_utf8(std::string_view text, const std::string& encoding);

// UTF-8 of a content in pieces. Pieces end at whole characters.
class TextStream {
 public:
  // `content` outlives it. `encoding` empty: found out. Error invalid_argument "unknown_encoding" {name}.
  TextStream(const StoredContent& content, const std::string& encoding);
  ~TextStream();
  // Appends the next piece; false when there is nothing left.
  bool read(std::string& out);
  const std::string& encoding() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace connect
