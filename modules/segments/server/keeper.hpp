// Keeps the membership of segments: after each change of a record the segments that depend on it are asked again for the records that the
// change may have moved, and for those alone.
//
// Invariants
// - A living row of `segment_member` says that the record belongs to the segment; every entry and every leaving has a `segment_move`.
// - Membership is what the filter gives with the system's eyes in the name of the segment's owner ("me" is the owner); who may see it is
//   decided by rights to the segment and to the record. Only those who may read everything that the filter asks for may save it.
// - A slice asks and writes in one transaction that holds the segment's row: asking late is right, asking in parallel is not possible.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/segments/server/watches.hpp"
#include "server/flow/jobs.hpp"

namespace segments {

// A segment ready for use. Not copied: leaves point into the filter.
struct Definition {
  std::int64_t id = 0;
  std::string stored;  // the filter as the record has it
  bool is_dynamic = false;
  entity::RegistryPtr registry;
  const entity::EntityDef* entity = nullptr;
  json::value source;
  base::Instant evaluated_at{};
  entity::Caller eyes;
  entity::Filter filter;
  Dependencies dependencies;
};
using DefinitionPtr = std::shared_ptr<const Definition>;

class Keeper {
 public:
  Keeper(entity::Services& services, flow::Jobs& jobs) : services_(services), jobs_(jobs) {}

  // nullptr: gone, or its filter cannot be used any more.
  DefinitionPtr find(std::int64_t id, base::Instant now);
  std::vector<DefinitionPtr> dynamic_ones(base::Instant now);

  // Consumer of the outbox.
  void consume(const std::vector<entity::OutboxEvent>& events);
  // Schedule: relative dates of the filters have moved on; asks about the records whose dates lie between.
  void follow_the_clock();
  // Job "segment_build" {segment}: asks about every record of the entity, in slices.
  void build(flow::JobRun& run);
  // Puts records into a static segment or takes them out; the ids are known to be readable.
  struct Moved {
    std::int64_t in = 0, out = 0;
  };
  Moved change_members(const Definition& segment, const std::vector<std::int64_t>& add, const std::vector<std::int64_t>& remove);

 private:
  using Ids = std::vector<std::int64_t>;
  DefinitionPtr make(const entity::Record& record, const entity::RegistryPtr& registry, base::Instant now) const;
  bool is_touched(const Watch& watch, const entity::OutboxEvent& event) const;
  // Records of the segment's entity that hang on `record_id` by the hops; nullopt: too many to list.
  std::optional<Ids> climb(store::Connection& connection, const Definition& segment, const std::vector<Hop>& hops,
                           const entity::EntityDef& start, Ids ids, const entity::OutboxEvent* event) const;
  Ids hop(store::Connection& connection, const Definition& segment, const Hop& hop, const Ids& ids, const entity::OutboxEvent* event) const;
  void ask(const Definition& segment, Ids ids);
  Moved ask_slice(const Definition& segment, const Ids& ids);
  Moved write_members(store::Connection& connection, const Definition& segment, const Ids& ids, const Ids& wanted);
  bool holds(store::Connection& connection, const Definition& segment) const;
  void order_build(std::int64_t segment);
  std::optional<std::vector<Ids>> crossed(const Definition& then, const Definition& now, base::Instant at) const;

  entity::Services& services_;
  flow::Jobs& jobs_;
};

// {"in_segment": …} as the engine understands it.
entity::Filter by_ids(const entity::EntityDef& entity, const std::vector<std::int64_t>& ids);

}  // namespace segments
