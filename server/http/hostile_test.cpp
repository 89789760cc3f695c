// What clients may do wrong, by accident or on purpose: each is answered with the right status and the server goes on.
#include <gtest/gtest.h>

#include <random>

#include "server/http/server_testing.hpp"

namespace http {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::Reply;
using testing::TestServer;

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
};

std::vector<BadRequest> bad_requests() {
  const std::string host = "Host: t\r\n";
  return {
      {"both lengths", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"both lengths, other order", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
       400},
      {"two lengths", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"length list", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 3, 3\r\n\r\nabc", 400},
      {"signed length", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc", 400},
      {"negative length", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: -3\r\n\r\nabc", 400},
      {"overflowing length", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"unknown coding", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"chunked not alone", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"disguised coding", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {"blank before colon", "POST /echo HTTP/1.1\r\n" + host + "Content-Length : 3\r\n\r\nabc", 400},
      {"chunked in 1.0", "POST /echo HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /hello HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"folded header", "GET /hello HTTP/1.1\r\n" + host + "X-A: b\r\n c\r\n\r\n", 400},
      {"header without colon", "GET /hello HTTP/1.1\r\n" + host + "nonsense\r\n\r\n", 400},
      {"bare line feeds", "GET /hello HTTP/1.1\nHost: t\n\n\r\n\r\n", 505},
      {"zero in a header", "GET /hello HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"bad version", "GET /hello HTTP/3.0\r\n" + host + "\r\n", 505},
      {"no version", "GET /hello\r\n\r\n", 400},
      {"not http", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
      {"broken escape", "GET /show/%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"cut escape", "GET /show/%e HTTP/1.1\r\n" + host + "\r\n", 400},
      {"escaped zero", "GET /show/%00 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"invalid utf-8", "GET /show/%ff%fe HTTP/1.1\r\n" + host + "\r\n", 400},
      {"overlong utf-8", "GET /show/%c0%af HTTP/1.1\r\n" + host + "\r\n", 400},
      {"raw invalid utf-8", "GET /show/\xff HTTP/1.1\r\n" + host + "\r\n", 400},
      {"broken query escape", "GET /show/a?b=%g1 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"fragment", "GET /show/a#b HTTP/1.1\r\n" + host + "\r\n", 400},
      {"no leading slash", "GET hello HTTP/1.1\r\n" + host + "\r\n", 400},
      {"connect", "CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"bad chunk size", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", 400},
      {"chunk longer than said", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n", 400},
      {"huge chunk size", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", 413},
      {"overflowing chunk size", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff1\r\nabc", 400},
      {"chunks over the limit", "POST /echo-in-place HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
      {"declared over the limit", "POST /echo-in-place HTTP/1.1\r\n" + host + "Content-Length: 1001\r\n\r\n", 413},
      {"endless chunk extension", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'a'),
       400},
      {"long header", "GET /hello HTTP/1.1\r\n" + host + "X: " + std::string(40'000, 'a') + "\r\n\r\n", 431},
      {"endless header", "GET /hello HTTP/1.1\r\n" + host + "X: " + std::string(100'000, 'a'), 431},
      {"long target", "GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 431},
  };
}

TEST(HostileClients, GetTheRightStatusAndAProblemBody) {
  TestServer server;
  for (const BadRequest& bad : bad_requests()) {
    Client client(server.port());
    client.send(bad.bytes);
    const Reply reply = client.read();
    EXPECT_EQ(reply.status, bad.status) << bad.name;
    EXPECT_TRUE(reply.is_complete) << bad.name;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json") << bad.name;
    EXPECT_NE(reply.body.find("\"code\""), std::string::npos) << bad.name;
  }
  EXPECT_EQ(server.client().get("/hello").status, 200);
}

TEST(HostileClients, CannotSmuggleASecondRequest) {
  TestServer server;
  Client client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\nGET /show/smuggled HTTP/1.1\r\nHost: t\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_NE(all.find(" 400 "), std::string::npos);
  EXPECT_EQ(all.find("smuggled"), std::string::npos);
}

TEST(HostileClients, MaySendHalfALineEndFirst) {
  TestServer server;
  Client client(server.port());
  client.send("\r");
  ASSERT_TRUE(testing::eventually([&] { return server.server->counters().bytes_in == 1; }));
  client.send("\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
}

TEST(HostileClients, TooManyHeadersAreRefused) {
  TestServer server;
  Client client(server.port());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "X: y\r\n";
  EXPECT_EQ(client.get("/hello", many).status, 431);
}

TEST(HostileClients, SendingGarbageLeaveTheServerWorking) {
  TestServer server;
  std::mt19937 random(42);
  for (int i = 0; i < 300; ++i) {
    Client client(server.port());
    std::string bytes(1 + random() % 2000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (i % 3 == 0) bytes = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + bytes;
    if (i % 3 == 1) bytes = "GET /show/a?" + bytes + " HTTP/1.1\r\nHost: t\r\n\r\n";
    client.send(bytes);
    ::shutdown(client.fd(), SHUT_WR);
    const Reply reply = client.read();
    EXPECT_TRUE(reply.status == 0 || (reply.status >= 400 && reply.status < 600)) << reply.status;
  }
  EXPECT_EQ(server.client().get("/hello").status, 200);
}

TEST(HostileClients, MayBreakOffAnywhere) {
  TestServer server;
  const std::string request = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t size = 0; size <= request.size(); ++size) {
    Client client(server.port());
    client.send(std::string_view(request).substr(0, size));
  }
  EXPECT_TRUE(testing::eventually([&] { return server.server->counters().connections_open == 0; }));
  EXPECT_EQ(server.client().get("/hello").status, 200);
}

ServerOptions impatient() {
  ServerOptions options;
  options.header_timeout = milliseconds(150);
  options.body_timeout = milliseconds(150);
  options.idle_timeout = milliseconds(150);
  return options;
}

// Sends a byte at a time until the server answers or closes.
void drip(Client& client, std::string_view bytes) {
  const timeval limit{0, 20'000};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte;
  for (std::size_t i = 0; i < 500; ++i) {
    if (!client.send(bytes.substr(i % bytes.size(), 1))) break;
    if (recv(client.fd(), &byte, 1, MSG_PEEK) >= 0) break;
  }
  const timeval long_limit{20, 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &long_limit, sizeof long_limit);
}

TEST(HostileClients, DrippingAHeadAreTimedOut) {
  TestServer server(impatient());
  Client client(server.port());
  client.send("GET /hello HTTP/1.1\r\nHost: t\r\n");
  drip(client, "X-A: aaaaaaa\r\n");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HostileClients, DrippingABodyAreTimedOut) {
  TestServer server(impatient());
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n");
  drip(client, "a");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HostileClients, ThatNeverReadAreCutOff) {
  TestServer server(impatient());
  Client client(server.port(), 4096);
  for (int i = 0; i < 5; ++i) client.send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(testing::eventually([&] { return server.server->counters().connections_total == 1; }));
  EXPECT_TRUE(testing::eventually([&] { return server.server->counters().connections_open == 0; }));
}

TEST(HostileClients, IdleConnectionsAreClosedWithoutAWord) {
  TestServer server(impatient());
  Client silent(server.port());
  EXPECT_TRUE(silent.is_closed_by_server());
  Client used(server.port());
  EXPECT_EQ(used.get("/hello").status, 200);
  EXPECT_TRUE(used.is_closed_by_server());
}

TEST(HostileClients, HoldingManySlowConnectionsDoNotStopOthers) {
  TestServer server;
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<Client>(server.port()));
    slow.back()->send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  }
  Client client(server.port());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.get("/pool").status, 200);
}

}  // namespace
}  // namespace http
