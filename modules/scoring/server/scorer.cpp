#include "modules/scoring/server/scorer.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "server/entity/catalog.hpp"

namespace scoring {

namespace {

constexpr int kPage = 500, kFewestOfFeature = 5;
constexpr std::size_t kMostFeatures = 250, kMostReasons = 5;
// With fewer closed records than this even the base rate says nothing.
constexpr int kFewestCases = 10;

entity::Caller process_caller() {
  entity::Caller caller = *entity::Caller::system();
  caller.via = "process";
  return caller;
}

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

std::string decimal(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

// Words that occur often enough, commonest first, and each row as indexes of them.
struct Vocabulary {
  std::vector<Feature> features;
  std::vector<double> shares;
  std::vector<Case> cases;
};

Vocabulary learn_words(const std::vector<Row>& rows) {
  std::map<std::pair<std::string, std::string>, std::pair<int, const Feature*>> counts;
  for (const auto& row : rows) {
    for (const auto& feature : row.features) {
      auto& one = counts[{feature.field, feature.value}];
      ++one.first;
      one.second = &feature;
    }
  }
  std::vector<std::pair<int, const Feature*>> common;
  for (const auto& [key, one] : counts) {
    if (one.first >= kFewestOfFeature) common.push_back(one);
  }
  std::stable_sort(common.begin(), common.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (common.size() > kMostFeatures) common.resize(kMostFeatures);
  Vocabulary words;
  std::map<std::pair<std::string, std::string>, int> index;
  for (const auto& [count, feature] : common) {
    index[{feature->field, feature->value}] = static_cast<int>(words.features.size());
    words.features.push_back(*feature);
    words.shares.push_back(static_cast<double>(count) / static_cast<double>(rows.size()));
  }
  for (const auto& row : rows) {
    Case one;
    one.is_success = row.is_success;
    for (const auto& feature : row.features) {
      if (const auto found = index.find({feature.field, feature.value}); found != index.end()) one.features.push_back(found->second);
    }
    words.cases.push_back(std::move(one));
  }
  return words;
}

const char* why_of(Trained::Why why) {
  return why == Trained::Why::kBetter ? "better" : why == Trained::Why::kNoGain ? "no_gain" : "few_cases";
}

}  // namespace

json::object Model::to_json(const Fit& fit, const std::vector<Feature>& features, const std::vector<double>& shares) {
  json::array list;
  for (std::size_t i = 0; i < features.size(); ++i) {
    list.emplace_back(json::object{{"field", features[i].field},
                                   {"value", features[i].value},
                                   {"title", features[i].title},
                                   {"weight", rounded(fit.weights[i], 1e4)},
                                   {"share", rounded(shares[i], 1e4)}});
  }
  return {{"intercept", rounded(fit.intercept, 1e4)}, {"features", std::move(list)}};
}

Model::Model(const json::object& weights, bool is_logistic) : is_logistic_(is_logistic) {
  if (const auto* intercept = weights.if_contains("intercept")) intercept_ = intercept->to_number<double>();
  const auto* list = base::json_array(weights, "features");
  if (list == nullptr || !is_logistic) return;
  for (const auto& item : *list) {
    const auto& one = item.as_object();
    const double weight = one.at("weight").to_number<double>();
    const auto field = base::json_string(one, "field");
    weights_[{field, base::json_string(one, "value")}] = {weight, base::json_string(one, "title")};
    usual_[field] += weight * one.at("share").to_number<double>();
  }
}

Model::Score Model::score(const Row& row) const {
  double sum = intercept_;
  std::map<std::string, std::pair<double, const Feature*>> found;
  for (const auto& feature : row.features) {
    const auto weight = weights_.find({feature.field, feature.value});
    const double own = weight == weights_.end() ? 0 : weight->second.weight;
    sum += own;
    found[feature.field] = {own, &feature};
  }
  Score score;
  const double chance = sigmoid(sum);
  score.percent = static_cast<int>(std::lround(100 * chance));
  if (!is_logistic_) {
    score.reasons.emplace_back(json::object{{"field", "base_rate"}, {"value", ""}, {"effect", 0}});
    return score;
  }
  std::vector<std::pair<double, json::object>> reasons;
  for (const auto& [field, usual] : usual_) {
    const auto own = found.find(field);
    const double off = (own == found.end() ? 0 : own->second.first) - usual;
    // How the chance would differ were this field as usual.
    const double effect = rounded(100 * (chance - sigmoid(sum - off)), 10);
    if (std::abs(effect) < 0.5) continue;
    const auto* feature = own == found.end() ? nullptr : own->second.second;
    const std::string value = feature == nullptr ? "" : feature->title.empty() ? feature->value : feature->title;
    reasons.emplace_back(effect, json::object{{"field", field}, {"value", value}, {"effect", effect}});
  }
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return std::abs(a.first) > std::abs(b.first); });
  for (std::size_t i = 0; i < reasons.size() && i < kMostReasons; ++i) score.reasons.emplace_back(std::move(reasons[i].second));
  return score;
}

std::optional<Model> Scorer::find_model(const entity::QueryContext& context, std::string_view target) const {
  const auto& models = context.registry.require("score_model");
  const json::object filter = {{"field", "target"}, {"op", "eq"}, {"value", target}};
  const auto ids = entity::find_ids(context, models, entity::parse_filter(filter, {context.registry, models, context.caller, context.now}),
                                    entity::Action::kRead, 0, 1);
  if (ids.empty()) return std::nullopt;
  const auto record = entity::load_record(context.connection, context.registry, models, ids.front());
  if (!record || record->text("weights").empty() || record->integer("cases") < kFewestCases) return std::nullopt;
  return Model(base::parse_json(record->text("weights")).as_object(), record->text("method") == "logistic");
}

void Scorer::write_scores(std::string_view target, const Model& model, const std::vector<Row>& rows) {
  std::vector<entity::BatchItem> items;
  for (const auto& row : rows) {
    if (row.is_closed) continue;
    auto score = model.score(row);
    if (score.percent == row.score) continue;
    items.push_back({{{"id", row.id}, {"score", score.percent}, {"score_reasons", std::move(score.reasons)}}});
  }
  entity::SaveOptions options;
  options.lane = store::Lane::kBulk;
  // A record that some rule refuses by now keeps its old score.
  if (!items.empty())
    services_.records.batch(process_caller(), services_.catalog.current()->require(target), std::move(items), options, false);
}

void Scorer::keep(std::string_view target, const Trained& trained, const json::object& weights, std::int64_t cases,
                  std::int64_t successes) {
  const auto registry = services_.catalog.current();
  const auto& models = registry->require("score_model");
  const auto caller = process_caller();
  json::array calibration;
  for (const auto& bin : trained.calibration) {
    calibration.emplace_back(json::object{{"from", rounded(bin.from, 1e4)},
                                          {"to", rounded(bin.to, 1e4)},
                                          {"predicted", rounded(bin.predicted, 1e4)},
                                          {"observed", rounded(bin.observed, 1e4)},
                                          {"count", bin.count}});
  }
  json::object values = {{"target", target},
                         {"method", trained.is_logistic ? "logistic" : "base_rate"},
                         {"why", why_of(trained.why)},
                         {"trained_at", base::to_string(services_.clock.now())},
                         {"cases", cases},
                         {"successes", successes},
                         {"base_rate", decimal(100 * trained.base_rate, 2)},
                         {"weights", weights}};
  const bool is_judged = trained.why != Trained::Why::kFewCases;
  const auto figure = [&](const char* field, double value, int digits) {
    values[field] = is_judged ? json::value(decimal(value, digits)) : json::value(nullptr);
  };
  figure("auc", trained.quality.auc, 4);
  figure("log_loss", trained.quality.log_loss, 4);
  figure("base_log_loss", trained.quality.base_log_loss, 4);
  figure("brier", trained.quality.brier, 4);
  figure("penalty", trained.penalty, 2);
  values["calibration"] = calibration.empty() ? json::value(nullptr) : json::value(std::move(calibration));
  services_.database.write({.name = "score_model"}, [&](store::Connection& connection) {
    const entity::QueryContext context{connection, *registry, caller, services_.clock.now()};
    const json::object filter = {{"field", "target"}, {"op", "eq"}, {"value", target}};
    const auto ids = entity::find_ids(context, models, entity::parse_filter(filter, {*registry, models, caller, context.now}),
                                      entity::Action::kRead, 0, 1);
    if (ids.empty())
      services_.records.create_in(connection, caller, models, values);
    else
      services_.records.update_in(connection, caller, models, ids.front(), values);
  });
}

std::int64_t Scorer::score_open(flow::JobRun& run, std::string_view target) {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  std::string cursor;
  std::int64_t done = 0;
  do {
    std::vector<Row> rows;
    std::optional<Model> model;
    std::string next;
    services_.database.read({.name = "score_page", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      rows.clear();
      const entity::QueryContext context{connection, *registry, caller, services_.clock.now()};
      model = find_model(context, target);
      if (model) next = read_rows(context, target, open_filter(target), cursor, kPage, rows);
    });
    if (!model) break;
    write_scores(target, *model, rows);
    done += static_cast<std::int64_t>(rows.size());
    run.progress(done, std::max<std::int64_t>(done, kMostScored));
    run.check_cancelled();
    cursor = next;
  } while (!cursor.empty() && done < kMostScored);
  return done;
}

void Scorer::train_job(flow::JobRun& run) {
  const std::string target = base::json_string(run.row().parameters, "target");
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  std::vector<Row> rows;
  std::string cursor;
  do {
    services_.database.read({.name = "score_cases", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      std::vector<Row> page;
      cursor = read_rows({connection, *registry, caller, services_.clock.now()}, target, closed_filter(target), cursor, kPage, page);
      rows.insert(rows.end(), std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
    });
    run.check_cancelled();
  } while (!cursor.empty() && rows.size() < kMostCases);
  const auto successes = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.is_success; });
  const Vocabulary words = learn_words(rows);
  const Trained trained = train(words.cases, static_cast<int>(words.features.size()));
  run.check_cancelled();
  keep(target, trained, Model::to_json(trained.fit, words.features, words.shares), static_cast<std::int64_t>(rows.size()), successes);
  const std::int64_t scored = score_open(run, target);
  run.set_result({{"target", target},
                  {"cases", static_cast<std::int64_t>(rows.size())},
                  {"successes", successes},
                  {"method", trained.is_logistic ? "logistic" : "base_rate"},
                  {"scored", scored}});
}

void Scorer::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  for (const auto target : kTargets) {
    const auto& entity = registry->require(target);
    const std::set<int> own = {entity.field("score")->id, entity.field("score_reasons")->id};
    std::set<std::int64_t> ids;
    for (const auto& event : events) {
      if (event.entity_id != entity.id || event.action == "deleted" || event.action == "purged") continue;
      const bool is_ours = !event.changed_fields.empty() && std::all_of(event.changed_fields.begin(), event.changed_fields.end(),
                                                                        [&](int field) { return own.contains(field); });
      if (!is_ours) ids.insert(event.record_id);
    }
    if (ids.empty()) continue;
    std::vector<Row> rows;
    std::optional<Model> model;
    services_.database.read({.name = "score_changed", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
      rows.clear();
      const entity::QueryContext context{connection, *registry, caller, services_.clock.now()};
      model = find_model(context, target);
      if (!model) return;
      json::array page;
      for (auto id = ids.begin(); id != ids.end();) {
        page.emplace_back(*id++);
        if (page.size() < kPage && id != ids.end()) continue;
        read_rows(context, target, {{"field", "id"}, {"op", "in"}, {"value", page}}, "", kPage, rows);
        page.clear();
      }
    });
    if (model) write_scores(target, *model, rows);
  }
}

void Scorer::train_at_night(flow::Jobs& jobs) {
  const auto registry = services_.catalog.current();
  const auto now = services_.clock.now();
  const auto zone = base::TimeZone::find(registry->company().time_zone).value_or(base::TimeZone::utc());
  const auto time = zone.local_time_of_day(now);
  if (time < std::chrono::hours(1) || time >= std::chrono::hours(5)) return;
  const auto caller = process_caller();
  const auto& models = registry->require("score_model");
  std::set<std::string> fresh, used;
  services_.database.read({.name = "score_models"}, [&](store::Connection& connection) {
    fresh.clear();
    used.clear();
    const entity::QueryContext context{connection, *registry, caller, now};
    for (const auto target : kTargets) {
      if (!entity::find_ids(context, registry->require(target), entity::Filter::always(), entity::Action::kRead, 0, 1).empty())
        used.emplace(target);
    }
    for (const std::int64_t id : entity::find_ids(context, models, entity::Filter::always(), entity::Action::kRead, 0, 10)) {
      const auto record = entity::load_record(connection, *registry, models, id);
      if (record && base::from_micros(record->integer("trained_at")) > now - std::chrono::hours(20)) fresh.emplace(record->text("target"));
    }
  });
  for (const auto target : kTargets) {
    const std::string name(target);
    if (used.contains(name) && !fresh.contains(name)) jobs.submit("score_train", {{"target", target}}, 0, false);
  }
}

}  // namespace scoring
