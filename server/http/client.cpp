#include "server/http/client.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <unistd.h>

#include "server/base/error.hpp"
#include "server/http/syntax/url.hpp"

namespace http {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kIdleHandles = 8;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

// What the callbacks of one transfer share.
struct Transfer {
  const ClientRequest* request = nullptr;
  bool allows_private = false;
  bool met_private = false;
  bool is_too_large = false;
  ClientResponse response;
};

std::string text_of(const curl_sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const sockaddr* generic = &address.addr;
  if (address.family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(generic)->sin_addr, text.data(), text.size());
  } else if (address.family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(generic)->sin6_addr, text.data(), text.size());
  }
  return text.data();
}

// The last moment before connect: the address cannot change any more.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(data);
  const std::string text = text_of(*address);
  if (!transfer.allows_private && is_private_address(text)) {
    transfer.met_private = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  if (transfer.response.body.size() + size > transfer.request->max_response_bytes) {
    transfer.is_too_large = true;
    return 0;
  }
  transfer.response.body.append(bytes, size);
  return size;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* data) {
  auto& transfer = *static_cast<Transfer*>(data);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {  // of the next answer in a chain of redirects
    transfer.response.headers.clear();
    transfer.response.body.clear();
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  transfer.response.headers.emplace_back(line.substr(0, colon), trim_blanks(value));
  return size;
}

void check_header(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw Error::internal("request header with a control character");
  }
}

[[noreturn]] void refuse(CURLcode code, const Transfer& transfer, const std::string& host, const char* reason) {
  const auto limit = std::to_string(transfer.request->max_response_bytes);
  if (transfer.met_private) throw Error(ErrorCode::kPermissionDenied, "private_address", {{"host", host}});
  if (transfer.is_too_large) throw Error(ErrorCode::kResourceExhausted, "remote_too_large", {{"host", host}, {"limit", limit}});
  if (code == CURLE_OPERATION_TIMEDOUT) throw Error(ErrorCode::kDeadlineExceeded, "remote_timeout", {{"host", host}});
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT) {
    throw Error(ErrorCode::kInvalidArgument, "url_not_allowed", {{"url", transfer.request->url}});
  }
  throw Error(ErrorCode::kUnavailable, "remote_unreachable", {{"host", host}, {"reason", *reason ? reason : curl_easy_strerror(code)}});
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

struct CurlClient::Impl {
  explicit Impl(CurlClientOptions the_options) : options(std::move(the_options)) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw Error::internal("curl_global_init failed");
  }
  ~Impl() {
    for (CURL* handle : idle) curl_easy_cleanup(handle);
  }

  // Handles are kept for their open connections, all of which passed the same guard: connections to excepted hosts are
  // not kept.
  CURL* borrow() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        CURL* handle = idle.back();
        idle.pop_back();
        return handle;
      }
    }
    CURL* handle = curl_easy_init();
    if (!handle) throw Error::internal("curl_easy_init failed");
    return handle;
  }
  void give_back(CURL* handle) {
    curl_easy_reset(handle);
    const std::lock_guard lock(mutex);
    if (idle.size() < kIdleHandles) {
      idle.push_back(handle);
    } else {
      curl_easy_cleanup(handle);
    }
  }
  void set_up(CURL* handle, Transfer& transfer, const curl_slist* headers) const;

  const CurlClientOptions options;
  std::mutex mutex;
  std::vector<CURL*> idle;
};

void CurlClient::Impl::set_up(CURL* handle, Transfer& transfer, const curl_slist* headers) const {
  const ClientRequest& request = *transfer.request;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, request.max_redirects > 0 ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(request.max_redirects));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const bool is_plain = request.method == "HEAD" || request.method == "POST" || (request.method == "GET" && request.body.empty());
  if (!is_plain) curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
}

CurlClient::CurlClient(CurlClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
CurlClient::~CurlClient() = default;

ClientResponse CurlClient::send(const ClientRequest& request) {
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  const bool is_valid = url && curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = is_valid ? url_part(url.get(), CURLUPART_SCHEME) : "";
  const std::string host = is_valid ? url_part(url.get(), CURLUPART_HOST) : "";
  if (host.empty() || (scheme != "http" && scheme != "https")) {
    throw Error(ErrorCode::kInvalidArgument, "url_not_allowed", {{"url", request.url}});
  }
  Transfer transfer;
  transfer.request = &request;
  const auto& allowed = impl_->options.allowed_hosts;
  // An exception for one host must not follow a redirect elsewhere.
  const bool is_excepted = request.max_redirects == 0 && std::find(allowed.begin(), allowed.end(), host) != allowed.end();
  transfer.allows_private = impl_->options.allows_private_addresses || is_excepted;

  std::unique_ptr<curl_slist, ListDeleter> headers(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : request.headers) {
    check_header(name);
    check_header(value);
    // curl's notation for a header without a value is "Name;".
    headers.reset(curl_slist_append(headers.release(), (value.empty() ? name + ";" : name + ": " + value).c_str()));
  }
  std::array<char, CURL_ERROR_SIZE> reason{};
  CURL* handle = impl_->borrow();
  impl_->set_up(handle, transfer, headers.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason.data());
  if (is_excepted) curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  const char* address = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIMARY_IP, &address);
  if (address) transfer.response.remote_address = address;
  impl_->give_back(handle);
  if (code != CURLE_OK) refuse(code, transfer, host, reason.data());
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

}  // namespace http
