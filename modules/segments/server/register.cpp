#include "modules/segments/server/routes.hpp"
#include "modules/segments/server/segment_behaviour.hpp"

namespace segments {

void register_segments(entity::ModuleHost& host) {
  const auto keeper = std::make_shared<Keeper>(host.services(), host.jobs());
  host.add_behaviour("segment", std::make_unique<SegmentBehaviour>());
  host.add_consumer("segments", [keeper](const std::vector<entity::OutboxEvent>& events) { keeper->consume(events); });
  host.add_schedule("segments_clock", std::chrono::minutes(1), [keeper] { keeper->follow_the_clock(); });
  host.jobs().add_kind("segment_build", [keeper](flow::JobRun& run) { keeper->build(run); });
  host.add_routes([keeper](http::Router& router, api::ApiContext& context) { add_segment_routes(router, context, keeper); });
}

}  // namespace segments
