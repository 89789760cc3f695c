// Streamed bodies, server-sent events and the graceful stop.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/http/server_testing.hpp"

namespace http {
namespace {

using std::chrono::milliseconds;
using testing::Client;
using testing::Gate;
using testing::Reply;
using testing::TestServer;

constexpr const char* kEventsRequest = "GET /events HTTP/1.1\r\nHost: t\r\nLast-Event-ID: 41\r\n\r\n";

void set_source(Response& response, std::size_t chunks, std::size_t size, std::shared_ptr<std::atomic<std::size_t>> made) {
  response.content_type = "text/csv";
  response.source = [=](std::string& chunk) {
    chunk.assign(size, 'c');
    return ++*made < chunks;
  };
}

TEST(Streams, SendABodyOfUnknownLengthInChunks) {
  auto made = std::make_shared<std::atomic<std::size_t>>(0);
  TestServer server({}, [&](Router& router) {
    router.add(Method::kGet, "/stream", [&](const Request&, Response& r) { set_source(r, 100, 1000, made); });
  });
  Client client(server.port());
  const Reply reply = client.get("/stream");
  EXPECT_TRUE(reply.is_complete);
  EXPECT_EQ(reply.header("transfer-encoding"), "chunked");
  EXPECT_EQ(reply.body, std::string(100'000, 'c'));
  EXPECT_EQ(client.get("/hello").status, 200);
  made->store(0);
  client.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read().body.size(), 100'000u);
}

TEST(Streams, SendABodyOfKnownLengthAndKeepTheConnection) {
  auto made = std::make_shared<std::atomic<std::size_t>>(0);
  TestServer server({}, [&](Router& router) {
    router.add(Method::kGet, "/file", [&](const Request&, Response& r) {
      set_source(r, 10, 50'000, made);
      r.source_size = 500'000;
    });
  });
  Client client(server.port());
  client.send("HEAD /file HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read(true).header("content-length"), "500000");
  EXPECT_EQ(client.get("/file").body.size(), 500'000u);
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST(Streams, ProduceNoMoreThanTheClientTakes) {
  auto made = std::make_shared<std::atomic<std::size_t>>(0);
  TestServer server({}, [&](Router& router) {
    router.add(Method::kGet, "/endless", [&](const Request&, Response& r) { set_source(r, 100'000, 100'000, made); });
  });
  Client client(server.port(), 4096);
  client.send("GET /endless HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(testing::eventually([&] { return *made > 0; }));
  client.receive_until("\r\n\r\n");
  // The system's socket buffers hold a few megabytes; ten gigabytes were on offer.
  for (int i = 0; i < 50; ++i) ASSERT_EQ(server.client().get("/pool").status, 200);
  EXPECT_LT(*made, 1000u);
}

TEST(Streams, BreakTheMessageWhenTheSourceFails) {
  TestServer server({}, [](Router& router) {
    router.add(Method::kGet, "/fails", [](const Request&, Response& r) {
      r.source = [](std::string& chunk) -> bool {
        chunk = "some";
        throw std::runtime_error("disk");
      };
    });
    router.add(Method::kGet, "/short", [](const Request&, Response& r) {
      r.source_size = 10;
      r.source = [](std::string& chunk) {
        chunk = "some";
        return false;
      };
    });
  });
  EXPECT_FALSE(server.client().get("/fails").is_complete);
  EXPECT_FALSE(server.client().get("/short").is_complete);
  EXPECT_EQ(server.client().get("/hello").status, 200);
}

// Keeps the last opened stream where a test can reach it.
struct EventServer {
  explicit EventServer(ServerOptions options = {})
      : server(options, [this](Router& router) {
          router.add(Method::kGet, "/events", [this](const Request& request, Response& response) {
            last_event_id = request.header("last-event-id");
            response.on_event_stream = [this](std::shared_ptr<EventStream> opened) {
              opened->send("hello", "42", "first\nsecond");
              const std::lock_guard lock(mutex);
              stream = std::move(opened);
            };
          });
        }) {}
  std::shared_ptr<EventStream> current() {
    const std::lock_guard lock(mutex);
    return stream;
  }
  std::mutex mutex;
  std::string last_event_id;
  std::shared_ptr<EventStream> stream;
  TestServer server;
};

TEST(Events, ReachTheClientInOrder) {
  EventServer events;
  Client client(events.server.port());
  client.send(kEventsRequest);
  const std::string head = client.receive_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_EQ(client.receive_until("\n\n"), "event: hello\nid: 42\ndata: first\ndata: second\n\n");
  EXPECT_EQ(events.last_event_id, "41");
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(events.current()->send("", std::to_string(i), "d" + std::to_string(i)));
  for (int i = 0; i < 500; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_EQ(client.receive_until("\n\n"), "id: " + number + "\ndata: d" + number + "\n\n");
  }
  events.current()->send("x\ny: z", "1\r\n2", "");
  EXPECT_EQ(client.receive_until("\n\n"), "event: xy: z\nid: 12\ndata: \n\n");
}

TEST(Events, DroppingTheStreamClosesTheConnection) {
  EventServer events;
  Client client(events.server.port());
  client.send(kEventsRequest);
  client.receive_until("\n\n");
  {
    const std::lock_guard lock(events.mutex);
    events.stream.reset();
  }
  EXPECT_EQ(client.receive_all(), "");
}

TEST(Events, TheStreamNoticesThatTheClientHasGone) {
  EventServer events;
  {
    Client client(events.server.port());
    client.send(kEventsRequest);
    client.receive_until("data: second\n\n");
  }
  EXPECT_TRUE(testing::eventually([&] { return !events.current()->is_open(); }));
  EXPECT_FALSE(events.current()->send("a", "1", "b"));
}

TEST(Events, ASlowClientOverflowsItsQueueAndIsDropped) {
  ServerOptions options;
  options.event_queue_limit = 50;
  options.body_timeout = milliseconds(200);
  EventServer events(options);
  Client client(events.server.port(), 4096);
  client.send(kEventsRequest);
  ASSERT_TRUE(testing::eventually([&] { return events.current() != nullptr; }));
  const std::string data(10'000, 'd');
  EXPECT_TRUE(testing::eventually([&] { return !events.current()->send("e", "1", data); }));
  EXPECT_FALSE(events.current()->is_open());
  EXPECT_TRUE(testing::eventually([&] { return events.server.server->counters().connections_open == 0; }));
}

TEST(Events, SilentStreamsCarryHeartbeats) {
  ServerOptions options;
  options.heartbeat_interval = milliseconds(30);
  EventServer events(options);
  Client client(events.server.port());
  client.send(kEventsRequest);
  client.receive_until("data: second\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
}

TEST(Events, ManyThreadsMaySendAtOnce) {
  EventServer events;
  Client client(events.server.port());
  client.send(kEventsRequest);
  client.receive_until("data: second\n\n");
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([stream = events.current()] {
      for (int i = 0; i < 200; ++i) stream->send("e", "1", "x");
    });
  }
  for (auto& sender : senders) sender.join();
  for (int i = 0; i < 800; ++i) ASSERT_EQ(client.receive_until("\n\n"), "event: e\nid: 1\ndata: x\n\n");
}

TEST(GracefulStop, ClosesIdleConnectionsAndStreamsAtOnce) {
  EventServer events;
  Client idle(events.server.port()), streaming(events.server.port());
  idle.get("/hello");
  streaming.send(kEventsRequest);
  streaming.receive_until("data: second\n\n");
  const auto began = std::chrono::steady_clock::now();
  events.server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_EQ(streaming.receive_all(), "");
  EXPECT_FALSE(events.current()->send("a", "b", "c"));
  EXPECT_THROW(Client(events.server.port()), std::runtime_error);
}

TEST(GracefulStop, FinishesWhatIsInFlight) {
  Gate gate, entered;
  TestServer server({}, [&](Router& router) {
    router.add(Method::kGet, "/slow", [&](const Request&, Response& r) {
      entered.open();
      gate.wait();
      r.body = "\"done\"";
    });
  });
  Client client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(entered.wait());
  std::thread stopper([&] { server.server->stop(); });
  // The listening socket goes first; then the handler may end.
  EXPECT_TRUE(testing::eventually([&] {
    try {
      Client probe(server.port());
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }));
  gate.open();
  const Reply reply = client.read();
  EXPECT_EQ(reply.body, "\"done\"");
  EXPECT_EQ(reply.header("connection"), "close");
  stopper.join();
}

TEST(GracefulStop, CutsWhatOutlastsTheDrainTimeout) {
  ServerOptions options;
  options.drain_timeout = milliseconds(50);
  options.body_timeout = std::chrono::seconds(60);
  TestServer server(options);
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(testing::eventually([&] { return server.server->counters().bytes_in > 0; }));
  const auto began = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(client.receive_all(), "");
}

TEST(GracefulStop, UnderLoadBreaksNoAnswerThatWasBegun) {
  TestServer server;
  std::atomic<int> answered = 0, broken = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      try {
        for (;;) {
          Client client(server.port());
          for (;;) {
            const Reply reply = i % 2 == 0 ? client.get("/pool") : client.post("/echo", std::string(5000, 'x'));
            if (reply.status == 0) break;
            if (!reply.is_complete || reply.status != 200) ++broken;
            ++answered;
          }
        }
      } catch (const std::runtime_error&) {
        // The server no longer listens: the load ends.
      }
    });
  }
  EXPECT_TRUE(testing::eventually([&] { return answered > 500; }));
  server.server->stop();
  for (auto& client : clients) client.join();
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(server.server->counters().connections_open, 0);
}

TEST(GracefulStop, MayBeAskedForTwiceAndBeforeTheStart) {
  Router router;
  Server never_started(ServerOptions{}, router, {});
  never_started.stop();
  TestServer server;
  server.server->stop();
  server.server->stop();
}

}  // namespace
}  // namespace http
