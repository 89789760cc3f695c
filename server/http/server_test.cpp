#include "server/http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http/server_testing.hpp"

namespace http {
namespace {

using testing::Client;
using testing::Gate;
using testing::Reply;
using testing::TestServer;

std::string head_of(std::string_view request_line, std::string_view headers = {}) {
  return std::string(request_line) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n";
}

TEST(Server, AnswersInEachLane) {
  TestServer server;
  Client client(server.port());
  EXPECT_EQ(client.get("/hello").body, "\"hello\"");
  EXPECT_EQ(client.get("/pool").body, "\"pool\"");
  const Reply echoed = client.post("/echo", "текст");
  EXPECT_EQ(echoed.status, 200);
  EXPECT_EQ(echoed.body, "текст");
  EXPECT_EQ(echoed.header("content-type"), "text/plain");
  EXPECT_FALSE(echoed.header("date").empty());
}

TEST(Server, KeepsAConnectionForTenThousandRequests) {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 10'000; ++i) {
    const Reply reply = client.get(i % 10 == 0 ? "/pool" : "/hello");
    ASSERT_EQ(reply.status, 200) << i;
  }
  EXPECT_EQ(server.server->counters().connections_total, 1);
  EXPECT_TRUE(testing::eventually([&] { return server.server->counters().requests == 10'000; }));
}

TEST(Server, AnswersPipelinedRequestsInOrderAcrossLanes) {
  TestServer server;
  Client client(server.port());
  std::string sent;
  for (int i = 0; i < 300; ++i) {
    const std::string text = "n" + std::to_string(i);
    const std::string post = i % 3 == 1 ? "POST /echo" : "POST /echo-in-place";
    if (i % 3 == 0) {
      sent += head_of("GET /show/" + text);
    } else {
      sent += head_of(post, "Content-Length: " + std::to_string(text.size()) + "\r\n") + text;
    }
  }
  ASSERT_TRUE(client.send(sent));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(client.read().body, "n" + std::to_string(i));
}

TEST(Server, TakesMoreThanABufferOfRequestsBehindABody) {
  TestServer server;
  Client client(server.port());
  const std::string body(200'000, 'x');
  std::string sent = head_of("POST /echo", "Content-Length: 200000\r\n") + body;
  for (int i = 0; i < 5000; ++i) sent += head_of("GET /show/" + std::to_string(i));
  std::thread sender([&] { client.send(sent); });
  EXPECT_EQ(client.read().body, body);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(client.read().body, std::to_string(i));
  sender.join();
}

TEST(Server, AcceptsARequestByteByByte) {
  TestServer server;
  Client client(server.port());
  const std::string request = "\r\n" + head_of("POST /echo", "Transfer-Encoding: chunked\r\n") +
                              "3;name=\"v\"\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n" + head_of("GET /hello");
  for (const char c : request) ASSERT_TRUE(client.send(std::string_view(&c, 1)));
  EXPECT_EQ(client.read().body, "abcde");
  EXPECT_EQ(client.read().body, "\"hello\"");
}

TEST(Server, AnswersHeadWithTheLengthButNoBody) {
  TestServer server;
  Client client(server.port());
  client.send(head_of("HEAD /hello"));
  const Reply head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "7");
  EXPECT_EQ(client.get("/hello").body, "\"hello\"");
}

TEST(Server, SendsContinueOnlyWhenTheBodyIsWanted) {
  TestServer server;
  Client client(server.port());
  client.send(head_of("POST /echo", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read().status, 100);
  client.send("data");
  EXPECT_EQ(client.read().body, "data");

  client.send(head_of("POST /echo", "Content-Length: 9999999\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read().status, 413);
  EXPECT_TRUE(client.is_closed_by_server());

  Client other(server.port());
  other.send(head_of("POST /echo", "Content-Length: 4\r\nExpect: tea\r\n"));
  EXPECT_EQ(other.read().status, 417);
}

TEST(Server, DecodesPathAndQuery) {
  TestServer server;
  Client client(server.port());
  EXPECT_EQ(client.get("/show/%D0%B0%20b?q=%D1%91+x&q=2&e").body, "а b|q=ё x|q=2|e=");
  EXPECT_EQ(client.get("http://other/show/abs?a=1").body, "abs|a=1");
}

TEST(Server, ReadsABodyOfAMegabyteBothWays) {
  TestServer server;
  Client client(server.port());
  const std::string body(1 << 20, 'x');
  EXPECT_EQ(client.post("/echo", body).body, body);
  std::string chunked = head_of("POST /echo", "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 64; ++i) chunked += "4000\r\n" + body.substr(0, 0x4000) + "\r\n";
  client.send(chunked + "0\r\n\r\n");
  EXPECT_EQ(client.read().body, body);
}

TEST(Server, KeepsBigBodiesOnDiskUntilTheyAreComplete) {
  const std::string body(40 << 20, 'x');
  ServerOptions options;
  options.spool_body_from_bytes = 100'000;
  TestServer server(options, [&](Router& router) {
    router.add(Method::kPost, "/upload", [&](const Request& q, Response& r) { r.body = q.body == body ? "same" : "different"; },
               {RunsOn::kReadPool, 64 << 20});
  });
  Client client(server.port());
  EXPECT_EQ(client.post("/upload", body).body, "same");
  EXPECT_EQ(client.post("/upload", body.substr(0, 300'000)).body, "different");
  EXPECT_EQ(client.post("/echo", body.substr(0, 900'000)).body.size(), 900'000u);
  client.send(head_of("POST /upload", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 65; ++i) client.send("100000\r\n" + body.substr(0, 1 << 20) + "\r\n");
  EXPECT_EQ(client.read().status, 413);
}

TEST(Server, SaysThatItCannotKeepABigBody) {
  ServerOptions options;
  options.spool_body_from_bytes = 1000;
  options.temporary_folder = "/nonexistent";
  TestServer server(options);
  Client client(server.port());
  const Reply reply = client.post("/echo", std::string(2000, 'x'));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "{\"code\":\"temporary_file\"}");
  EXPECT_EQ(server.client().post("/echo", "small").status, 200);
}

TEST(Server, SendsABigBodyToASlowReader) {
  TestServer server;
  Client client(server.port(), 4096);
  client.send(head_of("GET /big") + head_of("GET /hello"));
  EXPECT_EQ(client.read().body.size(), 3'000'000u);
  EXPECT_EQ(client.read().body, "\"hello\"");
}

TEST(Server, ServesHttp10WithAndWithoutKeepAlive) {
  TestServer server;
  Client client(server.port());
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Reply kept = client.read();
  EXPECT_EQ(kept.header("connection"), "keep-alive");
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read().header("connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Server, TurnsExceptionsIntoAnswersAndGoesOn) {
  TestServer server;
  Client client(server.port());
  const Reply thrown = client.get("/throw");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
  const Reply split = client.get("/bad-header");
  EXPECT_EQ(split.status, 500);
  EXPECT_TRUE(split.header("set-cookie").empty());
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST(Server, AnswersUnknownRoutesAndMethods) {
  TestServer server;
  Client client(server.port());
  const Reply missing = client.get("/nowhere");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  EXPECT_EQ(missing.body, "{\"code\":\"route_not_found\"}");
  client.send(head_of("DELETE /echo"));
  const Reply wrong = client.read();
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "POST");
  EXPECT_EQ(client.get("/hello").status, 200);
  client.send(head_of("BREW /hello"));
  EXPECT_EQ(client.read().status, 501);
}

TEST(Server, CompressesBigTextOnThePoolWhenAsked) {
  TestServer server;
  Client client(server.port());
  const Reply packed = client.get("/big", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), 100'000u);
  EXPECT_EQ(client.get("/big", "Accept-Encoding: gzip;q=0\r\n").body.size(), 3'000'000u);
  EXPECT_TRUE(client.get("/pool", "Accept-Encoding: gzip\r\n").header("content-encoding").empty());
}

TEST(Server, AnswersBusyWhenAQueueIsFull) {
  Gate gate;
  std::atomic<int> entered = 0;
  ServerOptions options;
  options.read_threads = 1;
  options.read_queue_limit = 1;
  TestServer server(options, [&](Router& router) {
    router.add(Method::kGet, "/wait", [&](const Request&, Response&) {
      ++entered;
      gate.wait();
    });
  });
  Client first(server.port()), third(server.port());
  first.send(head_of("GET /wait"));
  ASSERT_TRUE(testing::eventually([&] { return entered == 1; }));
  // One more request finds room in the queue and stays unanswered; the next one is refused.
  std::vector<std::unique_ptr<Client>> waiting;
  Reply refused;
  ASSERT_TRUE(testing::eventually([&] {
    auto probe = std::make_unique<Client>(server.port());
    probe->send(head_of("GET /wait"));
    char byte;
    timeval limit{0, 50'000};
    setsockopt(probe->fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (recv(probe->fd(), &byte, 1, MSG_PEEK) == 1) {
      refused = probe->read();
      return true;
    }
    waiting.push_back(std::move(probe));
    return false;
  }));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(third.get("/hello").status, 200);
  gate.open();
  EXPECT_EQ(first.read().status, 200);
  ASSERT_FALSE(waiting.empty());
}

TEST(Server, RefusesConnectionsOverTheLimit) {
  ServerOptions options;
  options.max_connections = 2;
  TestServer server(options);
  Client first(server.port()), second(server.port());
  EXPECT_EQ(first.get("/hello").status, 200);
  EXPECT_EQ(second.get("/hello").status, 200);
  Client third(server.port());
  EXPECT_EQ(third.read().status, 503);
  first.close();
  EXPECT_TRUE(testing::eventually([&] {
    Client next(server.port());
    return next.get("/hello").status == 200;
  }));
}

TEST(Server, SaysWhenItsAddressIsTaken) {
  TestServer server;
  ServerOptions options;
  options.port = server.port();
  Server second(options, server.router, {});
  try {
    second.start();
    FAIL() << "started on a taken port";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kUnavailable);
    EXPECT_EQ(error.key(), "address_in_use");
  }
}

TEST(Server, ObservesEachAnswerAndAddsSecurityHeaders) {
  std::mutex mutex;
  std::vector<std::string> seen;
  Server::Hooks hooks = TestServer::default_hooks();
  hooks.observe = [&](const Request& request, std::string_view pattern, int status, std::chrono::microseconds took) {
    const std::lock_guard lock(mutex);
    EXPECT_GE(took.count(), 0);
    EXPECT_EQ(request.remote_address, "127.0.0.1");
    seen.push_back(std::string(pattern) + " " + std::to_string(status));
  };
  ServerOptions options;
  options.security_headers = {{"X-Content-Type-Options", "nosniff"}};
  TestServer server(options, {}, hooks);
  Client client(server.port());
  EXPECT_EQ(client.get("/show/1").header("x-content-type-options"), "nosniff");
  EXPECT_EQ(client.get("/nowhere").header("x-content-type-options"), "nosniff");
  server.server->stop();
  EXPECT_EQ(seen, (std::vector<std::string>{"/show/{what} 200", " 404"}));
}

}  // namespace
}  // namespace http
