// The rights of a caller as a set of ids.
#pragma once

#include "server/entity/read/page/page.hpp"

namespace entity::read {

// For statements that come by most of what he sees (counts, sums): asking each record whether
// its client may be seen costs some ten times a look into the set. Does nothing where the rights are cheap to ask, or on
// PostgreSQL.
class AccessSet {
 public:
  AccessSet() = default;
  AccessSet(const QueryContext& context, const Selection& selection);
  // Leaves out the conditions that the set answers.
  const Drive& drive() const { return drive_; }
  void write(SqlWriter& out);  // behind write_where
  void bind(store::Statement& statement) const;

 private:
  Drive drive_;
  Narrowing narrowing_;
  int within_parameter_ = 0;
};

}  // namespace entity::read
