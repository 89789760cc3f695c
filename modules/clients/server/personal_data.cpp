#include "modules/clients/server/personal_data.hpp"

#include <sodium.h>

#include "modules/clients/server/lookup.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"

namespace clients {

namespace {

using entity::SaveContext;

std::int64_t day_of(base::Instant at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }

// Monday to Friday; holidays come with the production calendar.
std::int64_t working_days_after(std::int64_t day, int count) {
  while (count > 0) {
    ++day;
    const auto weekday = std::chrono::weekday(std::chrono::sys_days(std::chrono::days(day)));
    if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday) --count;
  }
  return day;
}

void suppress(SaveContext& save, const std::string& channel, const std::string& hash, std::string_view reason) {
  if (!find_records(save, "suppression", all_of({equals("channel", channel), equals("hash", hash)}), 1).empty()) return;
  save.create("suppression", {{"channel", channel}, {"hash", hash}, {"reason", reason}});
}

bool covers(std::string_view consent_channel, std::string_view list_channel) {
  if (consent_channel == "any") return true;
  return list_channel == "email" ? consent_channel == "email" : consent_channel != "email" && consent_channel != "post";
}

}  // namespace

std::string contact_hash(std::string_view normalised) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(normalised.data()), normalised.size());
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return hex;
}

std::vector<std::pair<std::string, std::string>> contact_hashes(const entity::Record& record) {
  std::vector<std::pair<std::string, std::string>> hashes;
  for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
    const auto& field = record.entity->fields[i];
    const std::string type(field.type->name());
    const auto* items = std::get_if<entity::Items>(&record.values[i]);
    if (items == nullptr || (type != "phone" && type != "email")) continue;
    const auto columns = field.type->item_columns(field);
    const auto main = field.type->main_item_column(field);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].suffix != main) continue;
      for (const auto& item : *items) {
        const auto* text = std::get_if<std::string>(&item.columns.at(c));
        if (text != nullptr && !text->empty()) hashes.emplace_back(type, contact_hash(*text));
      }
    }
  }
  return hashes;
}

void ConsentBehaviour::prepare(SaveContext& save) {
  auto& record = save.record();
  if (save.changed("text"))
    record.set("text_hash", record.text("text").empty() ? entity::Value{} : entity::Value{contact_hash(record.text("text"))});
  const std::int64_t until = record.integer("valid_until", INT64_MAX);
  record.set("is_active", std::int64_t{is_empty(record.get("withdrawn_at")) && until >= day_of(save.now()) ? 1 : 0});
}

void ConsentBehaviour::check(SaveContext& save) {
  if (save.is_new() || save.caller().is_system) return;
  for (const char* field : {"contact", "purpose", "channel", "basis", "given_at", "text", "text_version", "data_list"}) {
    if (save.changed(field)) save.add_error({field, "consent_is_fixed", {}});
  }
  if (save.changed("withdrawn_at") && !is_empty(save.before()->get("withdrawn_at")))
    save.add_error({"withdrawn_at", "consent_is_fixed", {}});
}

void ConsentBehaviour::before_write(SaveContext& save) {
  const auto& consent = save.record();
  if (!save.changed("withdrawn_at") || is_empty(consent.get("withdrawn_at")) || consent.text("purpose") != "marketing") return;
  const auto contact = save.load("contact", consent.link_id("contact"));
  if (!contact) return;
  for (const auto& [channel, hash] : contact_hashes(*contact)) {
    if (covers(consent.text("channel"), channel)) suppress(save, channel, hash, "withdrawn");
  }
}

void ConsentBehaviour::before_delete(SaveContext& save) {
  if (!save.caller().is_system) throw base::Error(base::ErrorCode::kFailedPrecondition, "consent_not_deletable");
}

void PersonRequestBehaviour::prepare(SaveContext& save) {
  auto& record = save.record();
  const std::int64_t received = record.integer("received_on", day_of(save.now()));
  const bool is_due_given = save.changed("due_on") && !is_empty(record.get("due_on"));
  if (!is_due_given && (save.is_new() || save.changed("kind") || save.changed("received_on"))) {
    const auto kind = record.text("kind");
    const std::int64_t due =
        kind == "erasure" || kind == "withdrawal" ? received + 30 : working_days_after(received, kind == "rectification" ? 7 : 10);
    record.set("due_on", due);
  }
  const bool is_closed = record.text("state") == "done" || record.text("state") == "refused";
  if (is_closed && is_empty(record.get("done_on"))) record.set("done_on", day_of(save.now()));
  if (!is_closed) record.set("done_on", {});
}

void expire_consents(entity::Services& services) {
  const auto registry = services.catalog.current();
  const auto& entity = registry->require("consent");
  const auto system = entity::Caller::system();
  const auto now = services.clock.now();
  const json::object filter = all_of({equals("is_active", true), {{"field", "valid_until"}, {"op", "lt"}, {"value", "today"}}});
  std::vector<std::int64_t> ids;
  services.database.read({.name = "consents_run_out", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    ids = entity::find_ids({connection, *registry, *system, now}, entity, entity::parse_filter(filter, {*registry, entity, *system, now}),
                           entity::Action::kRead, 0, 1000);
  });
  std::vector<entity::BatchItem> items;
  for (const std::int64_t id : ids) items.push_back({{{"id", id}}});
  entity::SaveOptions options;
  options.lane = store::Lane::kBulk;
  if (!items.empty()) services.records.batch(*system, entity, std::move(items), options, false);
}

}  // namespace clients
