#include "server/flow/duplicates/merge_job.hpp"

#include <charconv>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"

namespace flow {

namespace {

void merge(entity::Services& services, JobRun& run) {
  const auto registry = services.catalog.current();
  const json::object& parameters = run.row().parameters;
  const auto& entity = registry->require(base::json_string(parameters, "entity"));
  const auto request = merge_request(base::json_int(parameters, "survivor"), parameters);
  const auto caller = services.callers.find(run.row().created_by);
  entity::RecordMerge merging(services);
  std::int64_t merge_id = base::json_int(run.row().checkpoint, "merge");
  std::int64_t done = run.row().done;
  std::int64_t total = 0;
  services.database.read({.name = "merge_job_count", .deadline = std::chrono::seconds(60)}, [&](store::Connection& connection) {
    total = done + entity::count_merge_links(connection, *registry, entity, request.others);
  });
  try {
    while (true) {
      const auto begun = merging.move_slice(*caller, entity, request, merge_id);
      merge_id = begun.merge_id;
      done += begun.moved;
      services.database.write({.name = "job_checkpoint", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
        run.checkpoint_in(connection, {{"merge", merge_id}}, done, std::max(done, total));
      });
      if (begun.moved == 0) break;
      run.check_cancelled();
    }
    const auto result = merging.finish(*caller, entity, request, merge_id);
    run.set_result({{"merge", result.merge_id}, {"survivor", request.survivor}, {"links", result.links}});
  } catch (const base::Error& error) {
    // A program that stops goes on later; anything else leaves nothing half done.
    if (error.code() != base::ErrorCode::kUnavailable && merge_id != 0) merging.undo(*entity::Caller::system(), entity, merge_id);
    throw;
  }
}

void undo(Jobs& jobs, entity::Services& services, JobRun& run) {
  const auto job = jobs.find(base::json_int(run.row().parameters, "job"));
  const std::int64_t merge_id = job ? base::json_int(job->result, "merge") : 0;
  if (merge_id == 0) throw base::Error(base::ErrorCode::kNotFound, "merge_not_found");
  const auto registry = services.catalog.current();
  const auto& entity = registry->require(base::json_string(job->parameters, "entity"));
  const auto caller = services.callers.find(run.row().created_by);
  const auto result = entity::RecordMerge(services).undo(*caller, entity, merge_id);
  json::array kept;
  for (const auto& field : result.kept_fields) kept.emplace_back(field);
  run.set_result({{"merge", merge_id}, {"kept_fields", std::move(kept)}, {"kept_links", result.kept_links}});
}

}  // namespace

entity::MergeRequest merge_request(std::int64_t survivor, const json::object& body) {
  entity::MergeRequest request;
  request.survivor = survivor;
  const auto* others = base::json_array(body, "others");
  if (others == nullptr) throw base::Error::field("others", "required");
  for (const auto& id : *others) {
    if (!id.is_int64()) throw base::Error::field("others", "wrong_type", {{"expected", "integer"}});
    request.others.push_back(id.as_int64());
  }
  if (const auto* choose = base::json_object(body, "choose")) request.choose = *choose;
  if (const auto* versions = base::json_object(body, "versions")) {
    for (const auto& member : *versions) {
      std::int64_t id = 0;
      const auto key = member.key();
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc{} || end != key.data() + key.size() || !member.value().is_int64())
        throw base::Error::field("versions", "wrong_type", {{"expected", "{id: version}"}});
      request.versions[id] = member.value().as_int64();
    }
  }
  return request;
}

void add_record_merge(Jobs& jobs, entity::Services& services) {
  jobs.add_kind(std::string(kRecordMerge), [&services](JobRun& run) { merge(services, run); });
  jobs.add_kind(std::string(kRecordMerge) + ".undo", [&jobs, &services](JobRun& run) { undo(jobs, services, run); });
}

}  // namespace flow
