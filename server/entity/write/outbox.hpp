// The outbox: every committed change in an order that no reader can miss a part of.
//
// A position is (transaction id, sequence). SQLite has one writer: the transaction id is 0 and the sequence alone orders.
// On PostgreSQL sequence numbers commit out of order, so readers stop below the oldest running transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/module_host.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

inline constexpr std::string_view kOutboxChannel = "matvey_outbox";

struct OutboxPosition {
  std::int64_t transaction = 0;
  std::int64_t sequence = 0;
  bool operator==(const OutboxPosition&) const = default;
};
std::string to_string(const OutboxPosition& position);                // "12.345"
std::optional<OutboxPosition> parse_position(std::string_view text);  // "" is the beginning

void write_outbox(store::Connection& connection, const Record& record, std::string_view action, const std::vector<FieldIndex>& changed,
                  std::int64_t user_id, base::Instant now);
// Events after `position`, oldest first.
std::vector<OutboxEvent> read_outbox(store::Connection& connection, const OutboxPosition& position, int limit);
// The newest position that a reader may start from to get only what comes later.
OutboxPosition newest_position(store::Connection& connection);
// Of the oldest `limit` events removes those before `before` that every named consumer has passed; returns how many.
std::int64_t trim_outbox(store::Connection& connection, base::Instant before, int limit);

}  // namespace entity
