#include "server/entity/company.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/files.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

constexpr std::size_t kMaxNameLength = 300;

std::string text_member(const json::object& patch, std::string_view key) {
  const auto& value = patch.at(key);
  if (!value.is_string()) throw base::Error::field(std::string(key), "wrong_type", {{"expected", "text"}});
  return base::clean_text(value.as_string());
}

std::string checked_currency(const json::object& patch) {
  std::string code = text_member(patch, "base_currency");
  const bool is_code = code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_code) throw base::Error::field("base_currency", "unknown_currency", {{"value", code}});
  return code;
}

std::int64_t checked_logo(store::Connection& connection, const json::value& given) {
  if (given.is_null()) return 0;
  const auto* object = given.if_object();
  const json::value* id = object == nullptr ? &given : object->if_contains("id");
  if (id == nullptr || !id->is_int64()) throw base::Error::field("logo", "wrong_type", {{"expected", "file"}});
  const auto file = find_file(connection, id->as_int64());
  if (!file) throw base::Error::field("logo", "file_not_found", {{"id", json::serialize(*id)}});
  if (!file->mime.starts_with("image/")) throw base::Error::field("logo", "not_an_image");
  return file->id;
}

// The first field with a stored amount, or nullptr. Roll-ups and formulas only repeat what other fields hold.
const FieldDef* money_in(store::Connection& connection, const EntityDef& entity) {
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto& field = entity.fields[i];
    if (field.type->name() != "money") continue;
    auto statement = connection.prepare("company_money", "SELECT 1 FROM " + table_of(entity) + " WHERE " +
                                                             column_of(entity, static_cast<FieldIndex>(i)) + " IS NOT NULL LIMIT 1");
    if (statement.step()) return &field;
  }
  return nullptr;
}

void refuse_when_money_exists(store::Connection& connection, const Registry& registry) {
  const auto refuse = [](const EntityDef& entity, const FieldDef& field) {
    throw base::Error(base::ErrorCode::kFailedPrecondition, "base_currency_in_use", {{"entity", entity.key}, {"field", field.key}});
  };
  for (const auto& entity : registry.entities()) {
    if (const auto* field = money_in(connection, *entity)) refuse(*entity, *field);
  }
  const auto* rates = registry.find("currency_rate");
  const auto* rate = rates == nullptr ? nullptr : rates->field("rate");
  if (rate == nullptr) return;
  if (connection.prepare("company_rates", "SELECT 1 FROM " + table_of(*rates) + " LIMIT 1").step()) refuse(*rates, *rate);
}

void write_company(store::Connection& connection, const Company& company, std::int64_t now_us, std::int64_t user_id) {
  auto statement =
      connection.prepare("company_write",
                         "INSERT INTO sys_company(id, name, logo, base_currency, time_zone, language, updated_at, updated_by) "
                         "VALUES(1, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT(id) DO UPDATE SET name = excluded.name, logo = excluded.logo, "
                         "base_currency = excluded.base_currency, time_zone = excluded.time_zone, language = excluded.language, "
                         "updated_at = excluded.updated_at, updated_by = excluded.updated_by");
  statement.bind_text(1, company.name);
  if (company.logo == 0)
    statement.bind_null(2);
  else
    statement.bind(2, company.logo);
  statement.bind_text(3, company.base_currency)
      .bind_text(4, company.time_zone)
      .bind_text(5, company.language)
      .bind(6, now_us)
      .bind(7, user_id)
      .run();
}

void check_members(const json::object& patch) {
  constexpr std::string_view kMembers[] = {"name", "logo", "base_currency", "time_zone", "language"};
  for (const auto& member : patch) {
    if (std::find(std::begin(kMembers), std::end(kMembers), std::string_view(member.key())) == std::end(kMembers)) {
      throw base::Error::field(std::string(member.key()), "unknown_field");
    }
  }
}

}  // namespace

Company load_company(store::Connection& connection) {
  Company company;
  auto statement =
      connection.prepare("company_read", "SELECT name, logo, base_currency, time_zone, language FROM sys_company WHERE id = 1");
  if (!statement.step()) return company;
  company.name = statement.text(0);
  company.logo = statement.is_null(1) ? 0 : statement.integer(1);
  company.base_currency = statement.text(2);
  company.time_zone = statement.text(3);
  company.language = statement.text(4);
  return company;
}

Company change_company(store::Connection& connection, const Registry& registry, const json::object& patch, std::int64_t now_us,
                       std::int64_t user_id) {
  check_members(patch);
  Company company = load_company(connection);
  if (patch.contains("name")) {
    company.name = text_member(patch, "name");
    if (base::length(company.name) > kMaxNameLength)
      throw base::Error::field("name", "too_long", {{"max", std::to_string(kMaxNameLength)}});
  }
  if (patch.contains("time_zone")) {
    company.time_zone = text_member(patch, "time_zone");
    if (!base::TimeZone::find(company.time_zone)) throw base::Error::field("time_zone", "unknown_time_zone");
  }
  if (patch.contains("language")) {
    company.language = text_member(patch, "language");
    if (company.language != "ru" && company.language != "en") throw base::Error::field("language", "unknown_option", {{"valid", "ru, en"}});
  }
  if (patch.contains("base_currency")) {
    const std::string currency = checked_currency(patch);
    if (currency != company.base_currency) refuse_when_money_exists(connection, registry);
    company.base_currency = currency;
  }
  if (patch.contains("logo")) {
    const std::int64_t logo = checked_logo(connection, patch.at("logo"));
    if (logo != company.logo) hold_single_file(connection, company.logo, logo, base::from_micros(now_us));
    company.logo = logo;
  }
  write_company(connection, company, now_us, user_id);
  return company;
}

}  // namespace entity
