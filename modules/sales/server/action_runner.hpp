// Does what actions of stages ask for, once each.
#pragma once

#include <mutex>

#include "server/entity/module_host.hpp"

namespace sales {

// Used by one outbox consumer and one schedule, on whatever threads and nodes: a run is taken with its row locked.
class ActionRunner {
 public:
  // Both outlive it.
  ActionRunner(entity::Services& services, entity::NoticeBox& box) : services_(services), box_(box) {}
  // After changes of deals.
  void consume(const std::vector<entity::OutboxEvent>& events);
  // Marks deals that stand longer than their stage allows (`is_stuck`), which enqueues the actions of the time limit.
  void mark_stuck();
  // Every pending run whose time has come.
  void run_due();
  // Runs that ended more than half a year ago go for good.
  void forget_old();

 private:
  struct Todo;
  void run_one(std::int64_t id);
  // False: nothing is left to do.
  bool read(std::int64_t id, Todo& todo);
  void notify(const Todo& todo);
  void finish(store::Connection& connection, const Todo& todo, std::string_view state, std::string_view reason);
  void change(store::Connection& connection, const Todo& todo);
  void finish_apart(const Todo& todo, std::string_view state, std::string_view reason);

  entity::Services& services_;
  entity::NoticeBox& box_;
};

// "today", "today+7", "now", JSON, or the text itself.
json::value action_value(std::string_view text, base::Instant now, const base::TimeZone& zone);
// {name}, {number}, {company}, {stage} in the text of a task or notice.
std::string fill_text(std::string_view text, const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace sales
