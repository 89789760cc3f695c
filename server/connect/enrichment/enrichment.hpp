// What a register outside knows of a firm, a bank or an address: the port, and the service that chooses who answers.
//
// Nothing of an answer is stored unless a user takes it. Without a provider firms and banks are refused and addresses are cut and put
// in order by the program's own rules.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/store/database.hpp"

namespace http {
class HttpClient;
}

namespace connect {

// An address in normal form. `latitude` and `longitude` are decimal degrees as text, empty when unknown.
struct FoundAddress {
  std::string text, postal_code, country, region, city, street, latitude, longitude;
  json::object values() const;  // an item of a field of type address, without its kind
};

struct FoundParty {
  std::string title;  // as the register shows it
  std::string name, legal_form, full_name, inn, kpp, ogrn, okved, manager_name, manager_position, registered_on;  // date: ISO 8601
  std::string status;  // active, liquidating, liquidated, bankrupt, reorganizing; empty: unknown
  std::optional<std::int64_t> employees;
  bool is_branch = false;
  FoundAddress address;
};

struct FoundBank {
  std::string name, bik, correspondent, swift, address;
  bool is_closed = false;
};

// Every method may throw base::Error: failed_precondition "enrichment_key_wrong" (401), "enrichment_not_paid" (403: a limit or no
// subscription); invalid_argument "enrichment_query_long" (413); resource_exhausted "enrichment_too_often" (429); unavailable
// "enrichment_unreachable"; deadline_exceeded "enrichment_timeout". Thread-safe.
class EnrichmentProvider {
 public:
  virtual ~EnrichmentProvider() = default;
  virtual std::vector<FoundParty> suggest_parties(std::string_view query, int limit) = 0;
  // The firm of an ИНН or ОГРН; with a КПП that branch of it, else its head office.
  virtual std::optional<FoundParty> find_party(std::string_view code, std::string_view kpp) = 0;
  virtual std::vector<FoundBank> suggest_banks(std::string_view query, int limit) = 0;
  virtual std::vector<FoundAddress> suggest_addresses(std::string_view query, int limit) = 0;
};

struct DadataOptions {
  std::string url = "https://suggestions.dadata.ru/suggestions/api/4_1/rs";
  std::string key;
  std::chrono::milliseconds timeout{3000};
};
// The protocol of DaData (dadata.ru/api, as of 2026-11): suggest and findById of party, bank and address. `client` outlives it.
std::unique_ptr<EnrichmentProvider> make_dadata(http::HttpClient& client, DadataOptions options);
// Cuts and orders an address by the program's own rules and knows neither firms nor banks: failed_precondition "enrichment_off".
std::unique_ptr<EnrichmentProvider> make_own_enrichment();

// The provider that the settings of the module "clients" name: enrichment_url, enrichment_key.
class Enrichment {
 public:
  Enrichment(store::Database& database, http::HttpClient& client) : database_(database), client_(client) {}
  std::unique_ptr<EnrichmentProvider> provider() const;
  // False: own rules alone.
  bool is_on() const;

 private:
  DadataOptions options() const;
  store::Database& database_;
  http::HttpClient& client_;
};

}  // namespace connect
