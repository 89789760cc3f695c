// One read done by several threads: each has a connection of its own, and all of them see one snapshot.
#pragma once

#include <functional>

#include "server/store/database.hpp"

namespace store {

// Database::read with up to `beside` connections beside the read's own, for in_parts: as many as lie idle while half of all stay free for
// others, on SQLite no more than other processors; often none. Needs ReadOptions::snapshot.
void read_together(Database& database, const ReadOptions& options, int beside, const std::function<void(Connection&)>& body);

struct Part {
  Connection& connection;
  int number;  // from 0 on
  int worker;  // 0: the calling thread
};

// Workers that in_parts has here: 1 outside read_together.
int count_workers(const Connection& connection);

// Runs `body` once for each of `parts`, each worker taking the next one when it is done with its last: parts many more than workers end at
// about the same time. With one worker all happens on the calling thread. Returns when every part is done. When one throws, no other
// begins, what runs on SQLite is interrupted, and the error is thrown here: the first one, as it came. The other threads have a lower
// priority than those that answer requests. Inside Database::read, not within itself.
void in_parts(Connection& connection, int parts, const std::function<void(const Part&)>& body);

}  // namespace store
