// The steps of a funnel: the open stages of a pipeline in their order, then winning.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "server/entity/query.hpp"

namespace funnel {

struct Step {
  std::vector<std::int64_t> stages;  // one; of the last step all stages that win
  std::string title, color;
  bool is_won = false;
};

struct Pipeline {
  std::int64_t id = 0;
  std::string title;
  std::vector<Step> steps;  // at most kMostSteps
  std::vector<std::int64_t> lost_stages;
  std::unordered_map<std::int64_t, int> step_of;  // by stage

  bool is_lost(std::int64_t stage) const;
  // Stages of this step and all later ones.
  std::vector<std::int64_t> from_step_on(std::size_t step) const;
};

// A step is a bit of a number of 64.
inline constexpr std::size_t kMostSteps = 60;

// `id` 0: the default pipeline, else the first. Error::field("pipeline", "link_not_found") when the caller may read none such;
// "funnel_too_many_stages".
Pipeline load_pipeline(const entity::QueryContext& context, std::int64_t id);

}  // namespace funnel
