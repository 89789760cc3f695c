#include "server/api/saved_record.hpp"

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/database.hpp"

namespace api {

namespace {

constexpr std::chrono::seconds kPatience{10};

bool is_passing(const base::Error& error) {
  return error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDeadlineExceeded;
}

}  // namespace

std::string saved_record(const Call& call, const entity::EntityDef& entity, std::int64_t id, std::int64_t version) {
  // By the metadata that the save ended with: it may have learnt of a field made on another node.
  const auto registry = call.context.catalog.current();
  const auto* known = registry->find_id(entity.id);
  if (known == nullptr) known = &entity;
  store::ReadOptions options;
  options.name = "record_after_save";
  options.deadline = kPatience;
  std::string record;
  bool is_readable = false;
  try {
    call.context.database.read(options, [&](store::Connection& connection) {
      record.clear();
      base::JsonWriter out(record);
      is_readable = entity::write_record({connection, *registry, call.caller(), call.now}, *known, id, out);
    });
  } catch (const base::Error& error) {
    if (!is_passing(error)) throw;
    is_readable = false;
    base::log(base::LogLevel::kWarning, "saved_record_unread", {{"entity", entity.key}, {"id", std::to_string(id)}, {"what", error.key()}});
  }
  if (is_readable) return record;
  record.clear();
  base::JsonWriter out(record);
  out.begin_object().key("id").integer(id);
  if (version != 0) out.key("version").integer(version);
  out.end_object();
  return record;
}

}  // namespace api
