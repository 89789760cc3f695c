// Scores of leads, deals and needs out of the company's own history.
//
// Invariants
// - A model is trained on closed records alone and kept as one `score_model` for each kind; until one is there nothing is scored.
// - Open records carry the chance in percent and its reasons; a record that was closed keeps the last ones.
#pragma once

#include "modules/scoring/server/features.hpp"
#include "modules/scoring/server/logistic.hpp"
#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace scoring {

// A model as it is kept: {"intercept", "features": [{"field", "value", "title", "weight", "share"}]}.
class Model {
 public:
  Model() = default;
  Model(const json::object& weights, bool is_logistic);
  static json::object to_json(const Fit& fit, const std::vector<Feature>& features, const std::vector<double>& shares);

  struct Score {
    int percent = 0;
    json::array reasons;  // {"field", "value", "effect"}: points of percent above or below the usual, strongest first; at most five
  };
  Score score(const Row& row) const;

 private:
  struct Weight {
    double weight = 0;
    std::string title;
  };
  double intercept_ = 0;
  bool is_logistic_ = false;
  std::map<std::pair<std::string, std::string>, Weight> weights_;
  std::map<std::string, double> usual_;  // mean weight of a field over the cases
};

class Scorer {
 public:
  explicit Scorer(entity::Services& services) : services_(services) {}  // outlives it
  // Job "score_train" {target}: trains, keeps the model, scores open records anew (the newest kMostScored).
  void train_job(flow::JobRun& run);
  void consume(const std::vector<entity::OutboxEvent>& events);
  // Between 1 and 5 o'clock of the company's day: models older than 20 hours are trained anew. What has no record gets no model: a base
  // that nobody began stays empty, for a demo company to be loaded.
  void train_at_night(flow::Jobs& jobs);

 private:
  std::optional<Model> find_model(const entity::QueryContext& context, std::string_view target) const;
  void keep(std::string_view target, const Trained& trained, const json::object& weights, std::int64_t cases, std::int64_t successes);
  std::int64_t score_open(flow::JobRun& run, std::string_view target);
  void write_scores(std::string_view target, const Model& model, const std::vector<Row>& rows);
  entity::Services& services_;
};

inline constexpr int kMostCases = 20000, kMostScored = 20000;

}  // namespace scoring
