#include "server/http/client.hpp"

#include <gtest/gtest.h>

#include "server/http/server_testing.hpp"

namespace http {
namespace {

using testing::Gate;
using testing::TestServer;

std::string local_url(const TestServer& server, std::string_view path, std::string_view host = "127.0.0.1") {
  return "http://" + std::string(host) + ":" + std::to_string(server.port()) + std::string(path);
}

CurlClientOptions trusting() {
  CurlClientOptions options;
  options.allows_private_addresses = true;
  return options;
}

std::string key_of(HttpClient& client, const ClientRequest& request) {
  try {
    return "status " + std::to_string(client.send(request).status);
  } catch (const base::Error& error) {
    return error.key();
  }
}

ClientRequest to(std::string url) {
  ClientRequest request;
  request.url = std::move(url);
  return request;
}

class OutgoingHttp : public ::testing::Test {
 protected:
  OutgoingHttp()
      : server({}, [this](Router& router) {
          router.add(Method::kGet, "/jump", [this](const Request&, Response& r) {
            r.status = 302;
            r.set_header("Location", jump_to);
          });
          router.add(Method::kGet, "/wait", [this](const Request&, Response&) { gate.wait(); });
          const auto show = [](const Request& q, Response& r) {
            r.set_header("X-Seen", std::string(q.header("x-sent")) + "," + std::string(q.header("user-agent")));
            r.status = 201;
            r.body = q.body;
          };
          for (const Method method : {Method::kPost, Method::kPut, Method::kPatch, Method::kDelete, Method::kGet}) {
            router.add(method, "/show", show);
          }
        }) {}
  Gate gate;
  std::string jump_to;
  TestServer server;
};

TEST_F(OutgoingHttp, SendsMethodHeadersAndBody) {
  CurlClient client(trusting());
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    ClientRequest request = to(local_url(server, "/show"));
    request.method = method;
    request.body = "{\"имя\":1}";
    request.headers = {{"X-Sent", "yes"}, {"Content-Type", "application/json"}};
    const ClientResponse response = client.send(request);
    EXPECT_EQ(response.status, 201) << method;
    EXPECT_EQ(response.body, request.body) << method;
    EXPECT_EQ(response.header("x-seen"), "yes,Matvey") << method;
    EXPECT_EQ(response.remote_address, "127.0.0.1");
  }
  ClientRequest head = to(local_url(server, "/hello"));
  head.method = "HEAD";
  EXPECT_EQ(client.send(head).body, "");
  EXPECT_EQ(client.send(to(local_url(server, "/nowhere"))).status, 404);
}

TEST_F(OutgoingHttp, KeepsConnectionsOpen) {
  CurlClient client(trusting());
  for (int i = 0; i < 20; ++i) client.send(to(local_url(server, "/hello")));
  EXPECT_EQ(server.server->counters().connections_total, 1);
}

TEST_F(OutgoingHttp, RefusesPrivateAddressesAtTheMomentOfConnecting) {
  CurlClient client;
  for (const char* host : {"127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1"}) {
    EXPECT_EQ(key_of(client, to(local_url(server, "/hello", host))), "private_address") << host;
  }
  EXPECT_EQ(server.server->counters().connections_total, 0);
}

TEST_F(OutgoingHttp, LetsNamedHostsThroughButNotTheirRedirects) {
  CurlClientOptions options;
  options.allowed_hosts = {"localhost"};
  CurlClient client(options);
  EXPECT_EQ(key_of(client, to(local_url(server, "/hello", "localhost"))), "status 200");
  EXPECT_EQ(key_of(client, to(local_url(server, "/hello"))), "private_address");
  ClientRequest redirected = to(local_url(server, "/hello", "localhost"));
  redirected.max_redirects = 3;
  EXPECT_EQ(key_of(client, redirected), "private_address");
}

TEST_F(OutgoingHttp, FollowsRedirectsOnlyWhenAskedAndOnlyToHttp) {
  CurlClient client(trusting());
  jump_to = "/hello";
  ClientRequest request = to(local_url(server, "/jump"));
  EXPECT_EQ(key_of(client, request), "status 302");
  request.max_redirects = 2;
  EXPECT_EQ(key_of(client, request), "status 200");
  jump_to = "file:///etc/passwd";
  EXPECT_EQ(key_of(client, request), "url_not_allowed");
  jump_to = "/jump";
  EXPECT_EQ(key_of(client, request), "remote_unreachable");
}

TEST_F(OutgoingHttp, KeepsToDeadlineAndSize) {
  CurlClient client(trusting());
  ClientRequest slow = to(local_url(server, "/wait"));
  slow.timeout = std::chrono::milliseconds(100);
  EXPECT_EQ(key_of(client, slow), "remote_timeout");
  gate.open();
  ClientRequest big = to(local_url(server, "/big"));
  big.max_response_bytes = 100'000;
  EXPECT_EQ(key_of(client, big), "remote_too_large");
  big.max_response_bytes = 4'000'000;
  EXPECT_EQ(key_of(client, big), "status 200");
}

TEST_F(OutgoingHttp, RefusesOtherSchemesAndNonsense) {
  CurlClient client(trusting());
  for (const char* url : {"", "ftp://a/b", "file:///etc/passwd", "gopher://a", "http://", "not a url", "javascript:1"}) {
    EXPECT_EQ(key_of(client, to(url)), "url_not_allowed") << url;
  }
  server.server->stop();
  EXPECT_EQ(key_of(client, to(local_url(server, "/hello"))), "remote_unreachable");
}

TEST(PrivateAddresses, AreKnownInEveryFamily) {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "169.254.169.254",
                              "172.31.255.255",
                              "192.168.1.1",
                              "198.18.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "fc00::1",
                              "fd12::1",
                              "ff02::1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001::1",
                              "100::1",
                              "junk",
                              ""}) {
    EXPECT_TRUE(is_private_address(address)) << address;
  }
  for (const char* address : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2a00:1450:4010::8a", "2001:4860:4860::8888",
                              "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
    EXPECT_FALSE(is_private_address(address)) << address;
  }
}

}  // namespace
}  // namespace http
