// What an uploaded file is, by its first bytes; the name and the sender's claim only refine it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace http {

struct Sniffed {
  std::string_view content_type;  // static text; application/octet-stream when unknown
  // May be shown in the browser under our own address. False for anything a browser might run (html, svg, xml, scripts)
  // or that is unknown: serve it with Content-Disposition: attachment. Always send X-Content-Type-Options: nosniff.
  bool is_safe_inline = false;
};

inline constexpr std::size_t kSniffBytes = 4096;

// `head` is the beginning of the file, kSniffBytes or all of it if shorter; `file_name` refines container formats
// (docx inside zip, old Office documents).
Sniffed sniff(std::string_view head, std::string_view file_name);

// The value of a Content-Disposition header for a download of that name, with filename* (RFC 6266, RFC 8187).
enum class Disposition { kInline, kAttachment };
std::string content_disposition(Disposition disposition, std::string_view file_name);

}  // namespace http
