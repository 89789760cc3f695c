// Requests: POST {url}/{suggest|findById}/{party|bank|address} with «Authorization: Token KEY», body {"query", "count", …}; answers:
// {"suggestions": [{"value", "unrestricted_value", "data": {…}}]}.
#include <utility>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/connect/enrichment/enrichment.hpp"
#include "server/http/client.hpp"

namespace connect {

namespace {

constexpr std::size_t kMaxAnswerBytes = 4 << 20;

const json::object& inner(const json::object& object, std::string_view key) {
  static const json::object kNone;
  const auto* found = base::json_object(object, key);
  return found == nullptr ? kNone : *found;
}

// «с названием» forms first: "г Тверь" before "Тверь".
std::string part(const json::object& data, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    if (std::string text = base::json_string(data, key); !text.empty()) return text;
  }
  return {};
}

void append(std::string& text, std::string_view word, std::string_view value) {
  if (value.empty()) return;
  if (!text.empty()) text += ", ";
  if (!word.empty()) text += std::string(word) + " ";
  text += value;
}

// At most the six decimals that an address keeps (0.1 m); the rest is cut off.
std::string degrees(std::string text) {
  if (text.find_first_not_of("-0123456789.") != std::string::npos) return {};
  if (const auto point = text.find('.'); point != std::string::npos && text.size() > point + 7) text.resize(point + 7);
  return text;
}

FoundAddress address_of(const json::object& suggestion) {
  FoundAddress address;
  const json::object& data = inner(suggestion, "data");
  address.text = part(suggestion, {"unrestricted_value", "value"});
  address.postal_code = base::json_string(data, "postal_code");
  address.country = base::json_string(data, "country");
  address.region = part(data, {"region_with_type", "region"});
  address.city = part(data, {"city", "settlement_with_type", "settlement"});
  append(address.street, "", part(data, {"street_with_type", "street"}));
  append(address.street, part(data, {"house_type"}), part(data, {"house"}));
  append(address.street, part(data, {"block_type"}), part(data, {"block"}));
  append(address.street, part(data, {"flat_type"}), part(data, {"flat"}));
  address.latitude = degrees(base::json_string(data, "geo_lat"));
  address.longitude = degrees(base::json_string(data, "geo_lon"));
  return address;
}

std::string date_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return {};
  const auto text = base::to_string(base::from_micros(value->get_int64() * 1000));
  return text.substr(0, 10);
}

FoundParty party_of(const json::object& suggestion) {
  FoundParty party;
  const json::object& data = inner(suggestion, "data");
  const json::object &name = inner(data, "name"), &state = inner(data, "state"), &management = inner(data, "management"),
                     &fio = inner(data, "fio");
  party.title = base::json_string(suggestion, "value");
  party.legal_form = base::json_string(inner(data, "opf"), "short");
  party.name = part(name, {"short", "full"});
  if (base::json_string(data, "type") == "INDIVIDUAL" && !fio.empty()) {
    party.name.clear();
    for (const auto* key : {"surname", "name", "patronymic"}) {
      const std::string word = base::json_string(fio, key);
      if (!word.empty()) party.name += (party.name.empty() ? "" : " ") + word;
    }
  }
  if (party.name.empty()) party.name = party.title;
  party.full_name = part(name, {"full_with_opf", "short_with_opf"});
  party.inn = base::json_string(data, "inn");
  party.kpp = base::json_string(data, "kpp");
  party.ogrn = base::json_string(data, "ogrn");
  party.okved = base::json_string(data, "okved");
  party.manager_name = base::json_string(management, "name");
  party.manager_position = base::json_string(management, "post");
  party.registered_on = date_of(state, "registration_date");
  party.status = base::to_lower(base::json_string(state, "status"));
  if (const auto* count = data.if_contains("employee_count"); count != nullptr && count->is_int64()) party.employees = count->get_int64();
  party.is_branch = base::json_string(data, "branch_type") == "BRANCH";
  party.address = address_of(inner(data, "address"));
  return party;
}

FoundBank bank_of(const json::object& suggestion) {
  const json::object& data = inner(suggestion, "data");
  FoundBank bank;
  bank.name = part(inner(data, "name"), {"payment", "short", "full"});
  if (bank.name.empty()) bank.name = base::json_string(suggestion, "value");
  bank.bik = base::json_string(data, "bic");
  bank.correspondent = base::json_string(data, "correspondent_account");
  bank.swift = base::json_string(data, "swift");
  bank.address = part(inner(data, "address"), {"unrestricted_value", "value"});
  bank.is_closed = base::json_string(inner(data, "state"), "status") == "LIQUIDATED";
  return bank;
}

[[noreturn]] void refuse(int status) {
  using base::ErrorCode;
  switch (status) {
    case 401: throw base::Error(ErrorCode::kFailedPrecondition, "enrichment_key_wrong");
    case 403: throw base::Error(ErrorCode::kFailedPrecondition, "enrichment_not_paid");
    case 413: throw base::Error(ErrorCode::kInvalidArgument, "enrichment_query_long");
    case 429: throw base::Error(ErrorCode::kResourceExhausted, "enrichment_too_often");
    default: throw base::Error(ErrorCode::kUnavailable, "enrichment_unreachable", {{"reason", std::to_string(status)}});
  }
}

class Dadata final : public EnrichmentProvider {
 public:
  Dadata(http::HttpClient& client, DadataOptions options) : client_(client), options_(std::move(options)) {
    while (options_.url.ends_with('/')) options_.url.pop_back();
  }

  std::vector<FoundParty> suggest_parties(std::string_view query, int limit) override {
    return ask("suggest/party", {{"query", query}, {"count", limit}}, party_of);
  }

  std::optional<FoundParty> find_party(std::string_view code, std::string_view kpp) override {
    json::object body{{"query", code}, {"count", 1}};
    if (kpp.empty())
      body["branch_type"] = "MAIN";
    else
      body["kpp"] = kpp;
    auto found = ask("findById/party", std::move(body), party_of);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  }

  std::vector<FoundBank> suggest_banks(std::string_view query, int limit) override {
    return ask("suggest/bank", {{"query", query}, {"count", limit}}, bank_of);
  }

  std::vector<FoundAddress> suggest_addresses(std::string_view query, int limit) override {
    return ask("suggest/address", {{"query", query}, {"count", limit}}, address_of);
  }

 private:
  template <typename Found>
  std::vector<Found> ask(std::string_view path, json::object body, Found (*read)(const json::object&)) {
    const json::value answer = send(path, body);
    std::vector<Found> found;
    const auto* object = answer.if_object();
    const auto* list = object == nullptr ? nullptr : base::json_array(*object, "suggestions");
    if (list == nullptr) throw base::Error(base::ErrorCode::kUnavailable, "enrichment_unreachable", {{"reason", "no suggestions"}});
    for (const auto& suggestion : *list) {
      if (const auto* each = suggestion.if_object()) found.push_back(read(*each));
    }
    return found;
  }

  json::value send(std::string_view path, const json::object& body) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = options_.url + "/" + std::string(path);
    request.headers = {{"Authorization", "Token " + options_.key}, {"Content-Type", "application/json"}, {"Accept", "application/json"}};
    request.body = json::serialize(body);
    request.timeout = request.connect_timeout = options_.timeout;
    request.max_response_bytes = kMaxAnswerBytes;
    http::ClientResponse response;
    try {
      response = client_.send(request);
    } catch (const base::Error& error) {
      if (error.code() == base::ErrorCode::kDeadlineExceeded) throw base::Error(base::ErrorCode::kDeadlineExceeded, "enrichment_timeout");
      throw base::Error(base::ErrorCode::kUnavailable, "enrichment_unreachable", {{"reason", error.key()}});
    }
    if (response.status != 200) refuse(response.status);
    try {
      return base::parse_json(response.body, {32, kMaxAnswerBytes});
    } catch (const base::Error& error) {
      throw base::Error(base::ErrorCode::kUnavailable, "enrichment_unreachable", {{"reason", error.key()}});
    }
  }

  http::HttpClient& client_;
  DadataOptions options_;
};

}  // namespace

std::unique_ptr<EnrichmentProvider> make_dadata(http::HttpClient& client, DadataOptions options) {
  return std::make_unique<Dadata>(client, std::move(options));
}

}  // namespace connect
