#include "server/http/smtp/smtp.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <curl/curl.h>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace http {

namespace {

using Kind = MailOutcome::Kind;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MimeDeleter {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw base::Error(base::ErrorCode::kUnavailable, "out_of_memory");
  static_cast<void>(list.release());
  list.reset(longer);
}

// What the callbacks of one letter share. A part is read once, from its beginning.
struct Letter {
  BeforeHandingOver before_handing_over;
  bool is_handed_over = false, has_ended = false;
  std::exception_ptr fault;
  std::string command, answer;  // the last ones
};

struct Part {
  Letter* letter = nullptr;
  MailContent content;
  std::int64_t offset = 0, size = 0;
  bool is_last = false;
};

std::size_t read_part(char* buffer, std::size_t unit, std::size_t count, void* data) {
  auto& part = *static_cast<Part*>(data);
  try {
    if (part.is_last && !part.letter->is_handed_over) {
      if (part.letter->before_handing_over) part.letter->before_handing_over();
      part.letter->is_handed_over = true;
    }
    if (part.offset >= part.size) return 0;
    const std::string piece = part.content(part.offset, std::min(unit * count, static_cast<std::size_t>(part.size - part.offset)));
    if (piece.empty()) throw base::Error(base::ErrorCode::kDataLoss, "mail_failed");
    std::copy(piece.begin(), piece.end(), buffer);
    part.offset += static_cast<std::int64_t>(piece.size());
    return piece.size();
  } catch (...) {
    part.letter->fault = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

// Of the talk the commands that name a recipient and the answers; never what signs in.
int listen(CURL*, curl_infotype type, char* bytes, std::size_t size, void* data) {
  auto& letter = *static_cast<Letter*>(data);
  std::string_view line(bytes, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (type == CURLINFO_HEADER_OUT && line.starts_with("QUIT")) letter.has_ended = true;  // its answer says nothing of the letter
  if (letter.has_ended) return 0;
  if (type == CURLINFO_HEADER_OUT) letter.command = line.starts_with("RCPT ") ? std::string(line) : std::string(line.substr(0, 4));
  if (type == CURLINFO_HEADER_IN) letter.answer = std::string(base::prefix(base::clean_text(line), 300));
  return 0;
}

std::string date_header(base::Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{seconds - day};
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %d %02d:%02d:%02d +0000", kDays[std::chrono::weekday{day}.c_encoding()],
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string joined(const std::vector<MailAddress>& addresses) {
  std::string out;
  for (const auto& address : addresses) (out += out.empty() ? "" : ",\r\n ") += header_address(address);
  return out;
}

List headers_of(const MailMessage& message) {
  List headers;
  append(headers, "Date: " + date_header(message.at));
  append(headers, "From: " + header_address(message.from));
  append(headers, "To: " + joined(message.to));
  if (!message.cc.empty()) append(headers, "Cc: " + joined(message.cc));
  if (!message.reply_to.empty()) append(headers, "Reply-To: " + header_address({message.reply_to, {}}));
  append(headers, "Message-ID: <" + header_text(message.message_id, 0) + ">");
  append(headers, "Subject: " + header_text(message.subject, 7));
  if (message.is_automatic) append(headers, "Auto-Submitted: auto-generated");
  return headers;
}

void add_part(curl_mime* mime, Part& part, const std::string& type, List headers) {
  curl_mimepart* made = curl_mime_addpart(mime);
  if (made == nullptr) throw base::Error(base::ErrorCode::kUnavailable, "out_of_memory");
  curl_mime_data_cb(made, part.size, read_part, nullptr, nullptr, &part);
  curl_mime_type(made, type.c_str());
  curl_mime_encoder(made, "base64");
  if (headers) curl_mime_headers(made, headers.release(), 1);  // the part owns them
}

// Lines end in CR LF, as text in MIME does (RFC 2046, section 4.1.1).
std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
    out += c;
  }
  return out + "\r\n";
}

// A type that is none would end the header.
std::string clean_type(const std::string& mime) {
  const bool is_clean = !mime.empty() && std::all_of(mime.begin(), mime.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
  return is_clean ? mime : "application/octet-stream";
}

void set_server(CURL* curl, const SmtpServer& server) {
  const bool is_tls = server.security == SmtpServer::Security::kTls;
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + server.host + "]" : server.host;
  curl_easy_setopt(curl, CURLOPT_URL, ((is_tls ? "smtps://" : "smtp://") + host + ":" + std::to_string(server.port)).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  const long use_tls = server.security == SmtpServer::Security::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL;
  curl_easy_setopt(curl, CURLOPT_USE_SSL, use_tls);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  if (!server.login.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.login.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(server.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   static_cast<long>(std::max<std::int64_t>(1, server.connect_timeout.count() / 1000)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout.count()));
}

// The answer's code tells more than curl's; without one it is about the connection.
MailOutcome outcome_of(CURLcode code, const Letter& letter, const char* reason) {
  if (code == CURLE_OK) return {};
  const std::string text = *reason != '\0' ? reason : curl_easy_strerror(code);
  const int answered = letter.answer.size() > 3 ? std::atoi(letter.answer.c_str()) : 0;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return {Kind::kLater, "mail_certificate", text};
    case CURLE_USE_SSL_FAILED: return {Kind::kLater, "mail_no_tls", text};
    case CURLE_LOGIN_DENIED: return {Kind::kLater, "mail_login", letter.answer};
    default: break;
  }
  const bool is_recipient = letter.command.starts_with("RCPT ");
  std::string answer = letter.answer;
  if (is_recipient && letter.command.size() > 8) answer = letter.command.substr(8) + ": " + answer;
  if (answered >= 500 && answered < 600) {
    if (is_recipient) return {Kind::kRefused, "mail_recipient", answer};
    if (answered == 552 || answered == 523) return {Kind::kRefused, "mail_too_large", answer};
    // Before a recipient was named it is the sender or the server's settings that are refused, not this letter.
    return {letter.is_handed_over || letter.command.starts_with("DATA") ? Kind::kRefused : Kind::kLater, "mail_refused", answer};
  }
  if (answered >= 400 && answered < 500) return {Kind::kLater, "mail_busy", answer};
  if (letter.is_handed_over) return {Kind::kUnknown, "mail_outcome_unknown", text};
  return {Kind::kLater, "mail_unreachable", text};
}

}  // namespace

MailOutcome send_mail(const SmtpServer& server, const MailMessage& message, const BeforeHandingOver& before_handing_over) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw base::Error::internal("curl_global_init failed");
  if (message.to.empty() && message.cc.empty()) throw base::Error::internal("a letter to nobody");
  const std::unique_ptr<CURL, EasyDeleter> curl(curl_easy_init());
  if (!curl) throw base::Error(base::ErrorCode::kUnavailable, "out_of_memory");
  Letter letter;
  letter.before_handing_over = before_handing_over;
  set_server(curl.get(), server);

  const List headers = headers_of(message);
  List recipients;
  for (const auto* list : {&message.to, &message.cc}) {
    for (const auto& address : *list) append(recipients, header_address({address.email, {}}));
  }
  const std::string text = with_crlf(message.text);
  std::vector<Part> parts;  // before `mime`, which reads them
  parts.push_back({&letter, [&text](std::int64_t offset, std::size_t most) { return text.substr(static_cast<std::size_t>(offset), most); },
                   0, static_cast<std::int64_t>(text.size()), false});
  for (const auto& attachment : message.attachments) parts.push_back({&letter, attachment.content, 0, attachment.size, false});
  parts.back().is_last = true;
  const std::unique_ptr<curl_mime, MimeDeleter> mime(curl_mime_init(curl.get()));
  add_part(mime.get(), parts.front(), "text/plain; charset=UTF-8", {});
  for (std::size_t i = 0; i < message.attachments.size(); ++i) {
    List own;
    append(own, "Content-Disposition: " + header_disposition(message.attachments[i].name));
    add_part(mime.get(), parts[i + 1], clean_type(message.attachments[i].mime), std::move(own));
  }

  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(curl.get(), CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_DEBUGFUNCTION, listen);
  curl_easy_setopt(curl.get(), CURLOPT_DEBUGDATA, &letter);
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, header_address({message.from.email, {}}).c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (letter.fault) std::rethrow_exception(letter.fault);
  return outcome_of(code, letter, reason.data());
}

}  // namespace http
