#include "modules/money/server/bank_orders.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "modules/money/server/sums.hpp"
#include "server/connect/tables/text_encoding.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/side_records.hpp"

namespace money {

namespace {

using entity::QueryContext;
using entity::Record;
using entity::where;

constexpr std::string_view kShown[] = {"number",      "date",        "amount",          "purpose",     "own_account", "company",
                                       "partner_inn", "partner_kpp", "partner_account", "partner_bik", "partner_name"};

// The main open account, else the first open one; nullptr: none.
const Record* main_of(const std::vector<Record>& accounts) {
  const Record* best = nullptr;
  for (const auto& account : accounts) {
    if (account.integer("is_closed") != 0) continue;
    if (best == nullptr || (account.integer("is_main") != 0 && best->integer("is_main") == 0)) best = &account;
  }
  return best;
}

std::string first_text(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    if (!text.empty()) return std::string(text);
  }
  return {};
}

class Collecting {
 public:
  explicit Collecting(const QueryContext& context)
      : context_(context),
        system_caller_(entity::Caller::system()),
        system_{context.connection, context.registry, *system_caller_, context.now},
        payment_(context.registry.require("payment")) {}

  std::vector<BankOrder> collect(const std::vector<std::int64_t>& ids) {
    check_rights();
    const auto found = read(ids);
    std::vector<BankOrder> orders;
    std::vector<base::FieldError> faults;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string path = "ids[" + std::to_string(i) + "]";
      const auto at = found.find(ids[i]);
      if (at == found.end()) {
        faults.push_back({path, "unknown_record", {{"id", std::to_string(ids[i])}}});
      } else if (at->second.text("direction") != "out" || at->second.text("state") != "posted" || at->second.text("kind") != "bank") {
        faults.push_back({path, "order_not_outgoing", {{"title", std::string(at->second.text("name"))}}});
      } else {
        orders.push_back(order_of(at->second));
      }
    }
    if (!faults.empty()) throw base::Error(std::move(faults));
    return orders;
  }

 private:
  void check_rights() const {
    const bool is_hidden = std::any_of(std::begin(kShown), std::end(kShown), [&](std::string_view field) {
      return !entity::may_read_field(context_.caller, payment_, *payment_.field(field));
    });
    if (is_hidden || !entity::may(context_.caller, payment_, entity::Action::kExport))
      throw base::Error(base::ErrorCode::kPermissionDenied, "export_not_allowed");
  }

  std::map<std::int64_t, Record> read(const std::vector<std::int64_t>& ids) const {
    const std::vector<entity::Value> values(ids.begin(), ids.end());
    const auto filter = where(payment_, "id", entity::FilterOp::kIn, values);
    const int most = static_cast<int>(ids.size());
    const auto allowed = entity::find_ids(context_, payment_, filter, entity::Action::kExport, 0, most);
    std::map<std::int64_t, Record> found;
    for (auto& record : entity::find_records(context_, payment_, filter, most)) {
      if (std::find(allowed.begin(), allowed.end(), record.id) != allowed.end()) found.emplace(record.id, std::move(record));
    }
    return found;
  }

  std::optional<Record> load(std::string_view entity, std::int64_t id) const {
    if (id == 0) return std::nullopt;
    auto record = entity::load_row(context_.connection, context_.registry.require(entity), id);
    return record && !record->deleted ? std::move(record) : std::nullopt;
  }

  std::vector<Record> accounts_of(std::string_view entity, std::string_view field, std::string_view owner, std::int64_t id) const {
    if (id == 0) return {};
    const auto& accounts = context_.registry.require(entity);
    return entity::find_records(system_, accounts, where(accounts, field, entity::Link{context_.registry.require(owner).id, id}), 100);
  }

  OrderSide payer_of(const Record& payment) const {
    OrderSide side;
    const auto own = load("own_company", payment.link_id("own_company"));
    if (own) {
      side.party.name = first_text({own->text("legal_name"), own->text("name")});
      side.party.inn = own->text("inn");
      side.party.kpp = own->text("kpp");
    }
    auto account = load("own_account", payment.link_id("own_account"));
    if (!account) {
      const auto all = accounts_of("own_account", "own_company", "own_company", payment.link_id("own_company"));
      if (const auto* main = main_of(all)) account = *main;
    }
    if (!account) return side;
    side.party.account = account->text("account");
    side.party.bik = account->text("bik");
    side.party.bank = account->text("bank_name");
    side.corr_account = account->text("corr_account");
    return side;
  }

  OrderSide payee_of(const Record& payment) const {
    OrderSide side;
    const auto company = load("company", payment.link_id("company"));
    side.party.inn = company && payment.text("partner_inn").empty() ? company->text("inn") : payment.text("partner_inn");
    side.party.kpp = company && payment.text("partner_kpp").empty() ? company->text("kpp") : payment.text("partner_kpp");
    side.party.name = payment.text("partner_name");
    if (company && side.party.name.empty()) side.party.name = first_text({company->text("legal_name"), company->text("name")});
    side.party.account = payment.text("partner_account");
    side.party.bik = payment.text("partner_bik");
    side.party.bank = payment.text("partner_bank");
    const auto all = accounts_of("bank_account", "company", "company", payment.link_id("company"));
    const Record* account = main_of(all);
    if (!side.party.account.empty()) {
      const auto its = std::find_if(all.begin(), all.end(), [&](const Record& each) { return each.text("account") == side.party.account; });
      account = its == all.end() ? nullptr : &*its;
    }
    if (account == nullptr) return side;
    side.party.account = account->text("account");
    if (side.party.bik.empty()) side.party.bik = account->text("bik");
    if (side.party.bank.empty()) side.party.bank = account->text("bank_name");
    side.corr_account = account->text("correspondent");
    return side;
  }

  BankOrder order_of(const Record& payment) const {
    BankOrder order;
    order.title = payment.text("name");
    order.number = payment.text("number");
    order.purpose = payment.text("purpose");
    order.day = payment.integer("date");
    order.units = units_of(payment, "amount");
    order.currency = currency_of(payment, "amount");
    order.payer = payer_of(payment);
    order.payee = payee_of(payment);
    return order;
  }

  const QueryContext& context_;
  const entity::CallerPtr system_caller_;
  const QueryContext system_;
  const entity::EntityDef& payment_;
};

class Writing {
 public:
  void line(std::string_view key, std::string_view value) {
    text_ += key;
    text_ += '=';
    for (const char c : value) text_ += c == '\r' || c == '\n' || c == '\t' ? ' ' : c;
    text_ += "\r\n";
  }
  void word(std::string_view word) { (text_ += word) += "\r\n"; }
  void side(const std::string& who, const OrderSide& side) {
    const auto& party = side.party;
    line(who + "Счет", party.account);
    line(who, "ИНН " + party.inn + " " + party.name);
    line(who + "ИНН", party.inn);
    line(who + "КПП", party.kpp);
    line(who + "1", party.name);
    line(who + "РасчСчет", party.account);
    line(who + "Банк1", party.bank);
    line(who + "БИК", party.bik);
    line(who + "Корсчет", side.corr_account);
  }
  std::string take() { return connect::from_utf8(text_, "windows-1251"); }

 private:
  std::string text_;
};

}  // namespace

std::vector<BankOrder> collect_orders(const QueryContext& context, const std::vector<std::int64_t>& ids) {
  return Collecting(context).collect(ids);
}

std::vector<std::string> missing_of(const BankOrder& order) {
  std::vector<std::string> missing;
  const auto need = [&](std::string_view value, const char* key) {
    if (value.empty()) missing.emplace_back(key);
  };
  need(order.number, "entities.payment.fields.number");
  need(order.payer.party.account, "entities.payment.fields.own_account");
  need(order.payee.party.name, "entities.payment.fields.partner_name");
  need(order.payee.party.account, "entities.payment.fields.partner_account");
  need(order.payee.party.bik, "entities.payment.fields.partner_bik");
  need(order.purpose, "entities.payment.fields.purpose");
  return missing;
}

std::string write_bank_orders(const std::vector<BankOrder>& orders, std::int64_t made_on, std::chrono::seconds made_at) {
  Writing out;
  out.word("1CClientBankExchange");
  out.line("ВерсияФормата", "1.03");
  out.line("Кодировка", "Windows");
  out.line("Отправитель", "Matvey");
  out.line("Получатель", "");
  out.line("ДатаСоздания", day_text(made_on));
  const std::chrono::hh_mm_ss time(made_at);
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", static_cast<int>(time.hours().count()) % 100,
                static_cast<int>(time.minutes().count()) % 100, static_cast<int>(time.seconds().count()) % 100);
  out.line("ВремяСоздания", clock);
  const auto by_day = [](const BankOrder& a, const BankOrder& b) { return a.day < b.day; };
  const auto [first, last] = std::minmax_element(orders.begin(), orders.end(), by_day);
  out.line("ДатаНачала", day_text(first == orders.end() ? made_on : first->day));
  out.line("ДатаКонца", day_text(last == orders.end() ? made_on : last->day));
  std::set<std::string> accounts;
  for (const auto& order : orders) accounts.insert(order.payer.party.account);
  for (const auto& account : accounts) out.line("РасчСчет", account);
  out.line("Документ", "Платежное поручение");
  for (const auto& order : orders) {
    out.line("СекцияДокумент", "Платежное поручение");
    out.line("Номер", order.number);
    out.line("Дата", day_text(order.day));
    out.line("Сумма", base::to_string(base::Decimal{order.units, kScale}));
    out.side("Плательщик", order.payer);
    out.side("Получатель", order.payee);
    out.line("ВидОплаты", "01");  // a payment order
    out.line("Очередность", "5");
    out.line("НазначениеПлатежа", order.purpose);
    out.word("КонецДокумента");
  }
  out.word("КонецФайла");
  return out.take();
}

}  // namespace money
