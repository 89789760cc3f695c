#include "server/connect/enrichment/enrichment.hpp"

#include "server/base/error.hpp"
#include "server/connect/import/values/places.hpp"
#include "server/entity/module_settings.hpp"

namespace connect {

namespace {

class OwnEnrichment final : public EnrichmentProvider {
 public:
  std::vector<FoundParty> suggest_parties(std::string_view, int) override { refuse(); }
  std::optional<FoundParty> find_party(std::string_view, std::string_view) override { refuse(); }
  std::vector<FoundBank> suggest_banks(std::string_view, int) override { refuse(); }

  std::vector<FoundAddress> suggest_addresses(std::string_view query, int) override {
    const auto parts = split_address(query);
    FoundAddress address;
    address.postal_code = parts.postal_code;
    address.country = parts.country;
    address.region = parts.region;
    address.city = parts.city;
    address.street = parts.street_line();
    // A city of its own region (Москва) is named once.
    for (const auto* part : {&address.postal_code, &address.country, &address.region, &address.city, &address.street}) {
      if (part->empty() || (part == &address.city && address.city == address.region)) continue;
      address.text += (address.text.empty() ? "" : ", ") + *part;
    }
    if (address.city.empty() && address.street.empty()) return {};
    return {address};
  }

 private:
  [[noreturn]] static void refuse() { throw base::Error(base::ErrorCode::kFailedPrecondition, "enrichment_off"); }
};

}  // namespace

json::object FoundAddress::values() const {
  json::object out;
  const std::pair<std::string_view, const std::string*> parts[] = {
      {"text", &text}, {"postal_code", &postal_code}, {"country", &country}, {"region", &region}, {"city", &city}, {"street", &street}};
  for (const auto& [key, value] : parts) {
    if (!value->empty()) out[key] = *value;
  }
  if (!latitude.empty() && !longitude.empty()) {
    out["latitude"] = latitude;
    out["longitude"] = longitude;
  }
  return out;
}

std::unique_ptr<EnrichmentProvider> make_own_enrichment() { return std::make_unique<OwnEnrichment>(); }

DadataOptions Enrichment::options() const {
  DadataOptions options;
  database_.read({.name = "enrichment_settings"}, [&](store::Connection& connection) {
    const json::object settings = entity::module_settings(connection, "clients");
    options.key = base::json_string(settings, "enrichment_key");
    if (const std::string url = base::json_string(settings, "enrichment_url"); !url.empty()) options.url = url;
  });
  return options;
}

bool Enrichment::is_on() const { return !options().key.empty(); }

std::unique_ptr<EnrichmentProvider> Enrichment::provider() const {
  auto given = options();
  return given.key.empty() ? make_own_enrichment() : make_dadata(client_, std::move(given));
}

}  // namespace connect
