// Outgoing HTTP for worker threads (web hooks, integrations): synchronous, on libcurl. Never call it on an I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;                                           // http or https; host names in Unicode are not converted
  std::vector<std::pair<std::string, std::string>> headers;  // not Host, Content-Length
  std::string body;
  std::chrono::milliseconds timeout{30000};  // name look-up to last byte
  std::chrono::milliseconds connect_timeout{10000};
  std::size_t max_response_bytes = 10 << 20;
  int max_redirects = 0;  // 0: a 3xx answer is the answer
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // of the last answer
  std::string body;
  std::string remote_address;                            // that was spoken to
  std::string_view header(std::string_view name) const;  // case-insensitive; empty when missing
};

// Seam for the network; thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any status is an answer. Throws base::Error: invalid_argument "url_not_allowed" {url}; permission_denied
  // "private_address" {host}; deadline_exceeded "remote_timeout" {host}; resource_exhausted "remote_too_large" {host,
  // limit}; unavailable "remote_unreachable" {host, reason}.
  virtual ClientResponse send(const ClientRequest& request) = 0;
};

struct CurlClientOptions {
  // Addresses on this machine and its networks: refused unless allowed, because web hook addresses come from users.
  bool allows_private_addresses = false;
  std::vector<std::string> allowed_hosts;  // exact host names that may be private all the same
  std::string user_agent = "Matvey";
  std::string ca_file;  // empty: the system's certificates
};

// The guard looks at every address at the moment of connecting, redirects included, so a name that resolves differently
// the second time gains nothing. Proxies of the environment are not used: they would hide the address.
class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(CurlClientOptions options = {});
  ~CurlClient() override;
  ClientResponse send(const ClientRequest& request) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// IPv4 or IPv6 text that is not a public unicast address (IANA special-purpose registries, RFC 6890; IPv4 inside IPv6 is
// looked at as IPv4). Text that is no address: true.
bool is_private_address(std::string_view address);

}  // namespace http
