#include "server/http/syntax/sniff.hpp"

#include <algorithm>
#include <array>

#include "server/base/text/text.hpp"
#include "server/http/syntax/url.hpp"

namespace http {
namespace {

using std::string_view;

struct Magic {
  std::size_t offset;
  string_view bytes;
  Sniffed result;
};

constexpr string_view bytes(const char* text, std::size_t size) { return {text, size}; }

// WHATWG MIME Sniffing, sections 6 and 7, and the formats' own specifications.
constexpr std::array<Magic, 22> kMagic = {{
    {0, bytes("\x89PNG\r\n\x1a\n", 8), {"image/png", true}},
    {0, bytes("\xff\xd8\xff", 3), {"image/jpeg", true}},
    {0, "GIF87a", {"image/gif", true}},
    {0, "GIF89a", {"image/gif", true}},
    {0, bytes("\0\0\x01\0", 4), {"image/x-icon", true}},
    {0, "BM", {"image/bmp", false}},
    {0, bytes("II*\0", 4), {"image/tiff", false}},
    {0, bytes("MM\0*", 4), {"image/tiff", false}},
    {4, "ftypavif", {"image/avif", true}},
    {4, "ftypheic", {"image/heic", false}},
    {0, "%PDF-", {"application/pdf", true}},
    {0, "ID3", {"audio/mpeg", true}},
    {0, bytes("\xff\xfb", 2), {"audio/mpeg", true}},
    {0, "OggS", {"application/ogg", true}},
    {4, "ftyp", {"video/mp4", true}},
    {0, bytes("\x1a\x45\xdf\xa3", 4), {"video/webm", true}},
    {0, bytes("\x1f\x8b", 2), {"application/gzip", false}},
    {0, bytes("7z\xbc\xaf\x27\x1c", 6), {"application/x-7z-compressed", false}},
    {0, "Rar!", {"application/vnd.rar", false}},
    {0, "{\\rtf", {"application/rtf", false}},
    {0, bytes("MZ", 2), {"application/vnd.microsoft.portable-executable", false}},
    {0,
     bytes("\x7f"
           "ELF",
           4),
     {"application/x-elf", false}},
}};

string_view extension(string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == string_view::npos ? string_view() : name.substr(dot + 1);
}

bool starts_with_ignoring_case(string_view text, string_view prefix) {
  return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool contains_ignoring_case(string_view text, string_view needle) {
  for (std::size_t i = 0; i + needle.size() <= text.size(); ++i) {
    if (equals_ignoring_case(text.substr(i, needle.size()), needle)) return true;
  }
  return false;
}

Sniffed sniff_riff(string_view head) {
  const string_view form = head.size() >= 12 ? head.substr(8, 4) : string_view();
  if (form == "WEBP") return {"image/webp", true};
  if (form == "WAVE") return {"audio/wav", true};
  return {"application/octet-stream", false};
}

// Office documents are zip archives that name their parts in the first local headers.
Sniffed sniff_zip(string_view head, string_view file_name) {
  const string_view end = extension(file_name);
  const auto is = [&](string_view part, string_view wanted) {
    return head.find(part) != string_view::npos ||
           (head.find("[Content_Types].xml") != string_view::npos && equals_ignoring_case(end, wanted));
  };
  if (head.size() > 38 && head.substr(30, 8) == "mimetype") {
    if (head.find("opendocument.text") != string_view::npos) return {"application/vnd.oasis.opendocument.text", false};
    if (head.find("opendocument.spreadsheet") != string_view::npos) {
      return {"application/vnd.oasis.opendocument.spreadsheet", false};
    }
    if (head.find("epub+zip") != string_view::npos) return {"application/epub+zip", false};
  }
  if (is("word/", "docx")) return {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", false};
  if (is("xl/", "xlsx")) return {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false};
  if (is("ppt/", "pptx")) return {"application/vnd.openxmlformats-officedocument.presentationml.presentation", false};
  return {"application/zip", false};
}

Sniffed sniff_ole(string_view file_name) {
  const string_view end = extension(file_name);
  if (equals_ignoring_case(end, "doc")) return {"application/msword", false};
  if (equals_ignoring_case(end, "xls")) return {"application/vnd.ms-excel", false};
  if (equals_ignoring_case(end, "ppt")) return {"application/vnd.ms-powerpoint", false};
  if (equals_ignoring_case(end, "msg")) return {"application/vnd.ms-outlook", false};
  return {"application/x-ole-storage", false};
}

// Anything that a browser would take for a document with scripts, wherever in the beginning it stands.
Sniffed sniff_markup(string_view text) {
  static constexpr std::array<string_view, 17> kHtml = {
      "<!doctype html", "<html", "<head",  "<body",  "<script", "<iframe", "<h1", "<div", "<font",
      "<table",         "<a ",   "<style", "<title", "<b>",     "<br",     "<p>", "<!--"};
  const bool is_html = std::any_of(kHtml.begin(), kHtml.end(), [&](string_view tag) { return starts_with_ignoring_case(text, tag); });
  if (contains_ignoring_case(text, "<svg")) return {"image/svg+xml", false};
  if (is_html || contains_ignoring_case(text, "<html") || contains_ignoring_case(text, "<script")) return {"text/html", false};
  if (text.starts_with("<?xml")) return {"application/xml", false};
  return {};
}

bool looks_like_text(string_view head) {
  const bool has_controls = std::any_of(head.begin(), head.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b';
  });
  if (has_controls) return false;
  if (base::is_valid_utf8(head)) return true;
  // The cut may go through a character: a lead byte with too few bytes behind it.
  std::size_t end = head.size();
  while (end > 0 && head.size() - end < 3 && (static_cast<unsigned char>(head[end - 1]) & 0xc0) == 0x80) --end;
  if (end == 0) return false;
  const auto lead = static_cast<unsigned char>(head[end - 1]);
  return lead >= 0xc2 && lead <= 0xf4 && base::is_valid_utf8(head.substr(0, end - 1));
}

Sniffed sniff_text(string_view file_name) {
  const string_view end = extension(file_name);
  if (equals_ignoring_case(end, "csv")) return {"text/csv", false};
  if (equals_ignoring_case(end, "json")) return {"application/json", false};
  if (equals_ignoring_case(end, "ics")) return {"text/calendar", false};
  if (equals_ignoring_case(end, "vcf")) return {"text/vcard", false};
  if (equals_ignoring_case(end, "eml")) return {"message/rfc822", false};
  return {"text/plain", true};
}

}  // namespace

Sniffed sniff(string_view head, string_view file_name) {
  head = head.substr(0, kSniffBytes);
  if (head.starts_with("RIFF")) return sniff_riff(head);
  if (head.starts_with(bytes("PK\x03\x04", 4)) || head.starts_with(bytes("PK\x05\x06", 4))) return sniff_zip(head, file_name);
  if (head.starts_with(bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))) return sniff_ole(file_name);
  for (const Magic& magic : kMagic) {
    if (head.size() >= magic.offset && head.substr(magic.offset).starts_with(magic.bytes)) return magic.result;
  }
  string_view text = head;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
  if (const Sniffed markup = sniff_markup(text); !markup.content_type.empty()) return markup;
  if (looks_like_text(head)) return sniff_text(file_name);
  return {"application/octet-stream", false};
}

std::string content_disposition(Disposition disposition, string_view file_name) {
  std::string plain;
  for (const char c : file_name) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80) {
      if ((u & 0xc0) != 0x80) plain += '_';  // one for a character
    } else {
      plain += u < 0x20 || u == 0x7f || c == '"' || c == '\\' || c == '/' || c == '%' ? '_' : c;
    }
  }
  std::string out = disposition == Disposition::kInline ? "inline" : "attachment";
  out += "; filename=\"" + plain + "\"";
  if (plain != file_name) out += "; filename*=UTF-8''" + percent_encode(file_name);
  return out;
}

}  // namespace http
