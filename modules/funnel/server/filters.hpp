// The filter over deals behind each figure: POST /deals:query with it opens the records that were counted, with the same rights.
#pragma once

#include "modules/funnel/server/pipeline.hpp"
#include "modules/funnel/server/request.hpp"

namespace funnel {

class Filters {
 public:
  // Both outlive this.
  Filters(const Request& request, const Pipeline& pipeline, const Period& period);

  json::value population() const;                                    // deals with a move in this pipeline
  json::value entered(std::size_t step) const;                       // got to the step or beyond it
  json::value passed_by(std::size_t step) const;                     // entered, never standing in it
  json::value here(std::size_t step) const;                          // stand in it now
  json::value lost() const;                                          // lost and never won
  json::value lost_at(std::size_t step) const;                       // the latest step they were lost from
  json::value lost_at(std::size_t step, std::int64_t reason) const;  // 0: without a reason
  json::value lost_elsewhere() const;                                // lost from no step of this funnel
  json::value moved_away() const;                                    // in another pipeline now
  json::value without(const char* field) const;
  json::value without_any(const json::array& conditions) const;
  json::value without_moves() const;  // of this pipeline, created within the period
  // Deals that the figures are made of before their moves are looked at.
  json::value deals() const;
  // Moves of this pipeline; within the period where that is what counts.
  json::value moves() const;

 private:
  json::value all(json::array more) const;
  json::object moved(json::array conditions) const;
  json::array lost_conditions() const;

  const Request& request_;
  const Pipeline& pipeline_;
  json::array period_;  // [from, to]
};

json::object condition(std::string_view field, std::string_view op, json::value value);
json::object some_of(std::string_view field, const std::vector<std::int64_t>& ids);

}  // namespace funnel
