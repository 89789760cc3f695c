// Notices to users: what happened that concerns them. Modules give them here; server/connect/notices keeps and shows them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/base/error.hpp"

namespace entity {

struct NewNotice {
  std::int64_t user_id = 0;  // who is told
  std::string kind;          // assigned, mentioned, invited, reminder, overdue …; the text is the locale key "notice.<kind>"
  int entity_id = 0;         // the record it is about; 0: none
  std::int64_t record_id = 0;
  std::int64_t actor_id = 0;  // whose doing it is; 0: the program's
  // Values for the text beside {actor} and {title}, which are looked up with the reader's rights when the notice is shown.
  base::MessageArgs args;
  // A notice whose key was given before is dropped: consumers may see an event twice.
  std::string once_key;
};

class NoticeBox {
 public:
  virtual ~NoticeBox() = default;
  virtual void add(const std::vector<NewNotice>& notices) = 0;  // in one transaction of its own
};

}  // namespace entity
