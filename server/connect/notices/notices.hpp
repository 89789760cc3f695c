// Notices of users, kept until read and for a while after.
#pragma once

#include <optional>
#include <vector>

#include "server/base/time.hpp"
#include "server/entity/notices.hpp"
#include "server/store/database.hpp"

namespace connect {

// Messages on this channel are ids of users who have something new, separated by commas.
inline constexpr std::string_view kNoticeChannel = "matvey_notice";

const std::vector<store::Migration>& notice_migrations();  // numbers 46, 69

struct Notice {
  std::int64_t id = 0;
  std::string kind;
  int entity_id = 0;
  std::int64_t record_id = 0, actor_id = 0;
  base::MessageArgs args;
  base::Instant created_at{};
  std::optional<base::Instant> read_at;
};

// Thread-safe.
class Notices final : public entity::NoticeBox {
 public:
  // Both outlive it.
  Notices(store::Database& database, const base::Clock& clock) : database_(database), clock_(clock) {}

  void add(const std::vector<entity::NewNotice>& notices) override;
  // Newest first; `before_id` 0: from the newest.
  enum class Which { kAll, kUnread };
  static std::vector<Notice> list(store::Connection& connection, std::int64_t user_id, Which which, std::int64_t before_id, int limit);
  static std::int64_t unread_count(store::Connection& connection, std::int64_t user_id);
  // Those of `ids` that are the user's own.
  void mark_read(std::int64_t user_id, const std::vector<std::int64_t>& ids);
  void mark_all_read(std::int64_t user_id);
  // Neither read nor mailed, newer than `since`, oldest first; never those about mail itself.
  static std::vector<Notice> list_unmailed(store::Connection& connection, std::int64_t user_id, base::Instant since, int limit);
  static void mark_mailed(store::Connection& connection, const std::vector<Notice>& notices, base::Instant now);  // inside a write
  // Read ones after 90 days, all after a year.
  std::int64_t remove_old();

 private:
  void tell(store::Connection& connection, std::vector<std::int64_t> users);
  store::Database& database_;
  const base::Clock& clock_;
};

}  // namespace connect
