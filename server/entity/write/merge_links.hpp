// Everything that points to records of an entity, found from the metadata: links of every entity, shares, external keys.
// Internal to merging.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/entity/write/merge.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

// Moves what points to `others` so that it points to `survivor`, and notes each row under the merge.
class LinkMover {
 public:
  // References outlive the object. `caller` is the system on behalf of a user.
  LinkMover(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, std::int64_t merge_id)
      : transaction_(transaction), caller_(caller), entity_(entity), merge_id_(merge_id) {}

  // At most `limit` rows; the number moved.
  std::int64_t move(const std::vector<std::int64_t>& others, std::int64_t survivor, std::int64_t limit);
  // Moves rows of the merge back, at most `limit`, those first that were moved last; rows that point elsewhere by now stay and
  // are counted in `kept`. The notes of what was handled are removed. 0: none left.
  std::int64_t move_back(std::int64_t survivor, std::int64_t limit, std::int64_t& kept);

 private:
  struct Note {
    std::string place;
    std::int64_t row = 0, old_id = 0;
    std::string detail;
  };
  std::int64_t move_field(const Backlink& backlink, std::int64_t other, std::int64_t survivor, std::int64_t limit);
  void move_row(const Backlink& backlink, std::int64_t row, bool in_bin, std::int64_t other, std::int64_t survivor);
  void move_shares(std::int64_t other, std::int64_t survivor);
  void move_references(std::int64_t other, std::int64_t survivor);
  bool is_doubled(const Backlink& backlink, std::int64_t row, std::int64_t survivor);
  bool move_back_row(const Note& note, std::int64_t survivor);
  bool move_back_share(const Note& note, std::int64_t survivor);
  void note(const Note& note);

  WriteTransaction& transaction_;
  const Caller& caller_;
  const EntityDef& entity_;
  const std::int64_t merge_id_;
};

}  // namespace entity
