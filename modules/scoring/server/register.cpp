#include "modules/scoring/server/scorer.hpp"
#include "server/api/context.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace scoring {

namespace {

// Models are written by the training alone.
class ScoreModelBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override {
    if (!save.caller().is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "written_by_program");
  }
};

// POST /score-models:train {"target"}.
void train_now(api::Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const std::string target = base::json_string(call.body(), "target");
  if (std::find(std::begin(kTargets), std::end(kTargets), target) == std::end(kTargets))
    throw base::Error::field("target", "unknown_option", {{"valid", "lead, deal, need"}});
  const std::int64_t id = call.context.jobs.submit("score_train", {{"target", target}}, call.caller().user_id, false);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(id).key("kind").text("score_train").key("state").text("queued").end_object();
}

}  // namespace

void register_scoring(entity::ModuleHost& host) {
  const auto scorer = std::make_shared<Scorer>(host.services());
  host.add_behaviour("score_model", std::make_unique<ScoreModelBehaviour>());
  host.jobs().add_kind(
      "score_train", [scorer](flow::JobRun& run) { scorer->train_job(run); }, flow::Jobs::Runs::kOneAtATime);
  host.add_consumer("scores", [scorer](const std::vector<entity::OutboxEvent>& events) { scorer->consume(events); });
  host.add_schedule("score_training", std::chrono::minutes(30), [scorer, &jobs = host.jobs()] { scorer->train_at_night(jobs); });
  host.add_routes([](http::Router& router, api::ApiContext& context) {
    api::add_route(router, context, {http::Method::kPost, "/score-models:train", train_now, http::RunsOn::kWritePool});
  });
}

}  // namespace scoring
