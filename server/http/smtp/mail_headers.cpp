// Header values of letters.
#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/base64.hpp"
#include "server/http/smtp/smtp.hpp"
#include "server/http/syntax/url.hpp"

namespace http {

namespace {

constexpr std::size_t kMostInLine = 76;  // RFC 2047, section 2
constexpr std::string_view kBegin = "=?UTF-8?B?", kEnd = "?=";

void require_one_line(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) throw base::Error::internal("control character in a header of a letter");
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// Words that end between letters, each on a line of its own; the first stands after `used` characters.
std::string encoded_words(std::string_view text, std::size_t used) {
  std::string out;
  while (!text.empty()) {
    const std::size_t room = (kMostInLine - (out.empty() ? used : 1) - kBegin.size() - kEnd.size()) / 4 * 3;
    std::size_t end = std::min(text.size(), room);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    out += out.empty() ? "" : "\r\n ";
    (out += kBegin) += base::to_base64(text.substr(0, end));
    out += kEnd;
    text.remove_prefix(end);
  }
  return out;
}

// Plain words, broken at blanks where a line grows too long (RFC 5322, section 2.2.3).
std::string folded_plain(std::string_view text, std::size_t used) {
  std::string out;
  std::size_t column = used;
  while (!text.empty()) {
    const std::size_t end = text.find(' ', 1);
    const std::string_view piece = text.substr(0, end);
    if (piece.front() == ' ' && column + piece.size() > kMostInLine) {
      out += "\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
    text.remove_prefix(piece.size());
  }
  return out;
}

bool is_plain(std::string_view text) {
  // "=?" would be read as an encoded word; blanks at the ends or in a row are lost in folding; long words cannot be folded.
  if (!is_ascii(text) || text.find("=?") != std::string_view::npos || text.find("  ") != std::string_view::npos) return false;
  if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) return false;
  std::size_t word = 0;
  for (const char c : text) {
    word = c == ' ' ? 0 : word + 1;
    if (word > 500) return false;
  }
  return true;
}

}  // namespace

std::string header_text(std::string_view text, std::size_t name_length) {
  require_one_line(text);
  if (is_plain(text)) return folded_plain(text, name_length + 2);
  return encoded_words(text, name_length + 2);
}

std::string header_address(const MailAddress& address) {
  require_one_line(address.email);
  require_one_line(address.name);
  if (address.email.find_first_of("<>,;\" ") != std::string::npos) throw base::Error::internal("an address that is none");
  if (address.name.empty()) return address.email;
  const std::string mailbox = " <" + address.email + ">";
  if (!is_plain(address.name)) return encoded_words(address.name, 12) + "\r\n" + mailbox;
  std::string quoted = "\"";
  for (const char c : address.name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"" + mailbox;
}

std::string header_disposition(std::string_view file_name) {
  require_one_line(file_name);
  const bool is_quotable = is_plain(file_name) && file_name.find_first_of("\"\\") == std::string_view::npos && file_name.size() < 60;
  if (is_quotable) return "attachment; filename=\"" + std::string(file_name) + "\"";
  std::string out = "attachment";
  // RFC 2231, section 3: long values go in numbered pieces.
  const std::string encoded = "UTF-8''" + percent_encode(file_name);
  constexpr std::size_t kPiece = 60;
  if (encoded.size() <= kPiece) return out + ";\r\n filename*=" + encoded;
  int number = 0;
  for (std::size_t from = 0; from < encoded.size();) {
    std::size_t end = std::min(encoded.size(), from + kPiece);
    for (int back = 0; back < 2 && end < encoded.size() && end > from; ++back) {
      if (encoded[end - 1] == '%' || encoded[end - 2] == '%') --end;  // not within %XX
    }
    out += ";\r\n filename*" + std::to_string(number++) + "*=" + encoded.substr(from, end - from);
    from = end;
  }
  return out;
}

}  // namespace http
