// How soon leads are answered, and who hears of it when they are not.
#pragma once

#include "server/entity/module_host.hpp"

namespace intake {

// Used by one consumer of the outbox and one schedule; both may see the same thing twice.
class AnswerWatch {
 public:
  AnswerWatch(entity::Services& services, entity::NoticeBox& box) : services_(services), box_(box) {}  // both outlive it
  // The first call, meeting or task done about a lead, or note of a person, is its first answer.
  void consume(const std::vector<entity::OutboxEvent>& events);
  // Leads whose time has run out: the owner and the head of his department are told; after `escalate_after` more, whoever the rule names
  // (or that head again), and the lead goes to somebody else when the rule says so.
  void escalate();

 private:
  void escalate_one(std::int64_t id);
  entity::Services& services_;
  entity::NoticeBox& box_;
};

}  // namespace intake
