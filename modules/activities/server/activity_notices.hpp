// Who is told what: records given to somebody else, mentions, invitations.
#pragma once

#include <string_view>
#include <vector>

#include "server/entity/module_host.hpp"

namespace activities {

// Users named by <span data-mention="user:5"> in sanitised HTML, ascending.
std::vector<std::int64_t> mentioned_users(std::string_view html);

// Outbox consumer; repeating a batch tells nobody twice. Nobody is told of what he did himself or may not read.
class ActivityNotices {
 public:
  // Both outlive it.
  ActivityNotices(entity::Services& services, entity::NoticeBox& box) : services_(services), box_(box) {}
  void consume(const std::vector<entity::OutboxEvent>& events);

 private:
  entity::Services& services_;
  entity::NoticeBox& box_;
};

}  // namespace activities
