#include "modules/money/server/bank_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>

#include "server/base/decimal.hpp"
#include "server/base/text/text.hpp"
#include "server/base/time.hpp"
#include "server/connect/tables/text_encoding.hpp"

namespace money {

namespace {

constexpr std::size_t kMostFaults = 100;
constexpr std::int64_t kMostUnits = 100'000'000'000'000'000;  // of a sum and of all of an account: fifteen digits before the point
constexpr std::string_view kMark = "1CClientBankExchange";

struct Field {
  std::string value;
  int line = 0;
};

struct Section {
  int line = 0;
  std::string kind;
  std::map<std::string, Field, std::less<>> fields;
  const std::string* find(std::string_view key) const {
    const auto found = fields.find(key);
    return found == fields.end() || found->second.value.empty() ? nullptr : &found->second.value;
  }
  std::string text(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      if (const auto* value = find(key)) return *value;
    }
    return {};
  }
  int line_of(std::string_view key) const {
    const auto found = fields.find(key);
    return found == fields.end() ? line : found->second.line;
  }
};

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The code page in which the words of the form are found.
std::string find_encoding(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  for (const std::string encoding : {"UTF-8", "windows-1251", "IBM866", "KOI8-R", "UTF-16LE"}) {
    const std::string text = connect::to_utf8(head, encoding);
    if (text.find("ВерсияФормата=") != std::string::npos || text.find("Кодировка=") != std::string::npos ||
        text.find("СекцияРасчСчет") != std::string::npos)
      return encoding;
  }
  return {};
}

bool is_declared(std::string_view declared, std::string_view found) {
  const std::string name = base::fold(declared);
  if (name.empty()) return true;
  if (name == "windows") return found == "windows-1251";
  if (name == "dos") return found == "IBM866";
  if (name == "utf-8" || name == "utf8") return found == "UTF-8";
  return base::fold(found) == name;
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  if (text.size() != 10 || text[2] != '.' || text[5] != '.') return std::nullopt;
  std::string iso(text.substr(6));
  iso.append("-").append(text.substr(3, 2)).append("-").append(text.substr(0, 2));
  const auto day = base::parse_date(iso);
  if (!day) return std::nullopt;
  return base::to_days(*day);
}

// «ИНН 7707083893 ООО Ромашка» → the number, taken off the name.
std::string take_inn(std::string& name) {
  const std::string_view mark = "ИНН ";
  if (name.compare(0, mark.size(), mark) != 0) return {};
  std::size_t end = mark.size();
  while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
  std::string inn = name.substr(mark.size(), end - mark.size());
  if (inn.size() != 10 && inn.size() != 12) return {};
  name = std::string(trim(std::string_view(name).substr(end)));
  return inn;
}

class Reader {
 public:
  BankFile read(std::string_view bytes) {
    std::string text = decode(bytes);
    split(text);
    if (!faults_.empty()) throw base::Error(std::move(faults_));
    head();
    for (const auto& section : balances_) balance(section);
    for (const auto& section : documents_) document(section);
    if (!faults_.empty()) throw base::Error(std::move(faults_));
    check_sums();
    if (!faults_.empty()) throw base::Error(std::move(faults_));
    return std::move(file_);
  }

 private:
  void fault(int line, std::string_view field, std::string_view code, std::string_view value = {}) {
    if (faults_.size() >= kMostFaults) return;
    std::string path = "lines[" + std::to_string(line) + "]";
    if (!field.empty()) path += "." + std::string(field);
    base::MessageArgs args{{"line", std::to_string(line)}};
    if (!field.empty()) args.emplace_back("field", field);
    if (!value.empty()) args.emplace_back("value", base::prefix(value, 100));
    faults_.push_back({std::move(path), std::string(code), std::move(args)});
  }

  std::string decode(std::string_view bytes) {
    if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
    file_.encoding = find_encoding(bytes);
    if (file_.encoding.empty()) {
      const bool is_it = bytes.substr(0, kMark.size()) == kMark;
      throw base::Error::field("lines[1]", is_it ? "bank_encoding_unknown" : "bank_not_exchange", {{"line", "1"}});
    }
    return connect::to_utf8(bytes, file_.encoding);
  }

  // Lines into sections. Their order is that of the form: a head, sections one after another, the end.
  void split(const std::string& text) {
    int number = 0;
    bool is_ended = false;
    Section* open = nullptr;
    std::string_view closing;
    for (std::size_t at = 0; at < text.size();) {
      auto end = text.find('\n', at);
      if (end == std::string::npos) end = text.size();
      const std::string_view line = trim(std::string_view(text).substr(at, end - at));
      at = end + 1;
      ++number;
      if (number == 1) {
        if (line != kMark) return fault(1, "", "bank_not_exchange", line);
        continue;
      }
      if (line.empty()) continue;
      if (line.find("\xEF\xBF\xBD") != std::string_view::npos) fault(number, line.substr(0, line.find('=')), "bank_broken_bytes");
      if (is_ended) return fault(number, "", "bank_after_end", line);
      const auto equals = line.find('=');
      const std::string_view key = trim(line.substr(0, equals));
      const std::string_view value = equals == std::string_view::npos ? std::string_view() : trim(line.substr(equals + 1));
      const bool begins_balance = key == "СекцияРасчСчет", begins_document = key == "СекцияДокумент";
      if (begins_balance || begins_document) {
        if (open != nullptr) fault(open->line, begins_of(closing), "bank_section_open");
        auto& list = begins_balance ? balances_ : documents_;
        list.push_back({number, std::string(value), {}});
        open = &list.back();
        closing = begins_balance ? "КонецРасчСчет" : "КонецДокумента";
      } else if (key == "КонецРасчСчет" || key == "КонецДокумента") {
        if (open == nullptr || key != closing) fault(number, key, "bank_section_order");
        open = nullptr;
      } else if (key == "КонецФайла") {
        if (open != nullptr) fault(open->line, begins_of(closing), "bank_section_open");
        open = nullptr;
        is_ended = true;
      } else if (equals == std::string_view::npos) {
        fault(number, "", "bank_line_unreadable", line);
      } else {
        put(open, key, value, number);
      }
    }
    last_line_ = number;
    if (open != nullptr) fault(open->line, begins_of(closing), "bank_section_open");
    if (!is_ended) fault(number, "КонецФайла", "bank_no_end");
  }

  static std::string_view begins_of(std::string_view closing) { return closing == "КонецРасчСчет" ? "СекцияРасчСчет" : "СекцияДокумент"; }

  void put(Section* open, std::string_view key, std::string_view value, int number) {
    if (open == nullptr && key == "РасчСчет") accounts_.push_back({std::string(value), number});
    auto& fields = open == nullptr ? head_.fields : open->fields;
    fields.insert_or_assign(std::string(key), Field{std::string(value), number});
  }

  std::int64_t day(const Section& section, std::string_view key, bool is_required) {
    const auto* text = section.find(key);
    if (text == nullptr) {
      if (is_required) fault(section.line_of(key), key, "bank_field_missing");
      return 0;
    }
    const auto day = parse_day(*text);
    if (!day) fault(section.line_of(key), key, "bank_date", *text);
    return day.value_or(0);
  }

  std::int64_t sum(const Section& section, std::string_view key, bool is_required) {
    const auto* text = section.find(key);
    if (text == nullptr) {
      if (is_required) fault(section.line_of(key), key, "bank_field_missing");
      return 0;
    }
    std::string number = *text;
    std::replace(number.begin(), number.end(), ',', '.');
    const auto value = base::parse_decimal(number, 2);
    const bool is_sum = value && value->units > -kMostUnits && value->units < kMostUnits;
    if (!is_sum) fault(section.line_of(key), key, "bank_amount", *text);
    return is_sum ? value->units : 0;
  }

  void add(std::int64_t& total, std::int64_t units, int line, std::string_view field) {
    total += units;
    if (total > -kMostUnits && total < kMostUnits) return;
    fault(line, field, "bank_amount", base::to_string(base::Decimal{total, 2}));
    total = 0;
  }

  void check_account(const std::string& account, int line) {
    const bool is_number = account.size() == 20 && account.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number) fault(line, "РасчСчет", "bank_account_number", account);
  }

  void head() {
    head_.line = 1;
    if (head_.find("ВерсияФормата") == nullptr) fault(1, "ВерсияФормата", "bank_field_missing");
    file_.from = day(head_, "ДатаНачала", true);
    file_.to = day(head_, "ДатаКонца", true);
    if (file_.to != 0 && file_.to < file_.from) fault(head_.line_of("ДатаКонца"), "ДатаКонца", "bank_date", *head_.find("ДатаКонца"));
    file_.sender = head_.text({"Отправитель"});
    file_.declared_encoding = head_.text({"Кодировка"});
    if (accounts_.empty()) fault(1, "РасчСчет", "bank_field_missing");
    for (const auto& account : accounts_) {
      check_account(account.value, account.line);
      if (std::find(file_.accounts.begin(), file_.accounts.end(), account.value) == file_.accounts.end())
        file_.accounts.push_back(account.value);
    }
    for (const auto& section : balances_) {
      const std::string account = section.text({"РасчСчет"});
      if (std::find(file_.accounts.begin(), file_.accounts.end(), account) == file_.accounts.end() && !account.empty())
        fault(section.line_of("РасчСчет"), "РасчСчет", "bank_foreign_account", account);
    }
    if (balances_.empty()) fault(last_line_, "СекцияРасчСчет", "bank_section_missing");
    if (!is_declared(file_.declared_encoding, file_.encoding)) {
      file_.warnings.push_back({"lines[" + std::to_string(head_.line_of("Кодировка")) + "].Кодировка",
                                "bank_encoding_differs",
                                {{"declared", file_.declared_encoding}, {"found", file_.encoding}}});
    }
  }

  void balance(const Section& section) {
    BankBalance balance;
    balance.line = section.line;
    balance.account = section.text({"РасчСчет"});
    if (balance.account.empty())
      fault(section.line, "РасчСчет", "bank_field_missing");
    else
      check_account(balance.account, section.line_of("РасчСчет"));
    balance.from = day(section, "ДатаНачала", true);
    balance.to = day(section, "ДатаКонца", false);
    if (balance.to == 0) balance.to = balance.from;
    balance.opening = sum(section, "НачальныйОстаток", true);
    balance.in = sum(section, "ВсегоПоступило", false);
    balance.out = sum(section, "ВсегоСписано", false);
    balance.closing = sum(section, "КонечныйОстаток", false);
    balance.says_in = section.find("ВсегоПоступило") != nullptr;
    balance.says_out = section.find("ВсегоСписано") != nullptr;
    balance.says_closing = section.find("КонечныйОстаток") != nullptr;
    file_.balances.push_back(std::move(balance));
  }

  BankParty party(const Section& section, const std::string& who) {
    BankParty party;
    const auto key = [&](const char* end) { return who + end; };
    party.name = section.text({key("1"), key("")});
    party.inn = section.text({key("ИНН")});
    std::string whole = section.text({key("")});
    const std::string named = take_inn(whole);
    if (party.inn.empty()) party.inn = named;
    take_inn(party.name);
    if (party.name.empty()) party.name = whole;
    party.kpp = section.text({key("КПП")});
    party.account = section.text({key("Счет"), key("РасчСчет")});
    party.bik = section.text({key("БИК")});
    party.bank = section.text({key("Банк1")});
    return party;
  }

  bool is_ours(const Section& section, const std::string& who) const {
    for (const char* end : {"Счет", "РасчСчет"}) {
      const auto* account = section.find(who + end);
      if (account != nullptr && std::find(file_.accounts.begin(), file_.accounts.end(), *account) != file_.accounts.end()) return true;
    }
    return false;
  }

  std::string own_account(const Section& section, const std::string& who) const {
    const auto* first = section.find(who + "Счет");
    const bool is_first = first != nullptr && std::find(file_.accounts.begin(), file_.accounts.end(), *first) != file_.accounts.end();
    return is_first ? *first : section.text({who + "РасчСчет"});
  }

  void document(const Section& section) {
    BankDocument document;
    document.line = section.line;
    document.kind = section.kind;
    if (section.find("Номер") == nullptr) fault(section.line, "Номер", "bank_field_missing");
    document.number = section.text({"Номер"});
    document.day = day(section, "Дата", true);
    const std::size_t known_faults = faults_.size();
    document.units = sum(section, "Сумма", true);
    if (document.units <= 0 && faults_.size() == known_faults)
      fault(section.line_of("Сумма"), "Сумма", "bank_amount", *section.find("Сумма"));
    const std::int64_t came = day(section, "ДатаПоступило", false), went = day(section, "ДатаСписано", false);
    const bool is_to_us = is_ours(section, "Получатель"), is_from_us = is_ours(section, "Плательщик");
    if (!is_to_us && !is_from_us) {
      fault(section.line, "ПолучательСчет", "bank_foreign_account", section.text({"ПолучательСчет", "ПолучательРасчСчет"}));
      return;
    }
    document.purpose = section.text({"НазначениеПлатежа"});
    if (document.purpose.empty()) {
      for (int i = 1; i <= 6; ++i) {
        const auto* part = section.find("НазначениеПлатежа" + std::to_string(i));
        if (part != nullptr) document.purpose += (document.purpose.empty() ? "" : " ") + *part;
      }
    }
    // From one account of ours to another: it went from the one and came to the other.
    for (const bool is_in : {true, false}) {
      if (!(is_in ? is_to_us : is_from_us)) continue;
      document.is_in = is_in;
      document.own_account = own_account(section, is_in ? "Получатель" : "Плательщик");
      document.partner = party(section, is_in ? "Плательщик" : "Получатель");
      document.booked_on = is_in ? came : went;
      if (document.booked_on == 0) document.booked_on = document.day;
      file_.documents.push_back(document);
    }
  }

  // Sections of days add up; between the sums of the bank and its documents nothing may be lost unsaid.
  void check_sums() {
    for (const auto& account : file_.accounts) {
      std::int64_t in = 0, out = 0, said_in = 0, said_out = 0;
      for (const auto& document : file_.documents) {
        if (document.own_account == account) add(document.is_in ? in : out, document.units, document.line, "Сумма");
      }
      BankBalance* last = nullptr;
      bool says_in = true, says_out = true;
      for (auto& balance : file_.balances) {
        if (balance.account != account) continue;
        add(said_in, balance.in, balance.line, "ВсегоПоступило");
        add(said_out, balance.out, balance.line, "ВсегоСписано");
        says_in = says_in && balance.says_in;
        says_out = says_out && balance.says_out;
        if (balance.says_in && balance.says_out && balance.says_closing && balance.opening + balance.in - balance.out != balance.closing)
          warn(balance.line, "КонечныйОстаток", "bank_balance_differs", balance.closing, balance.opening + balance.in - balance.out);
        if (last == nullptr || balance.to >= last->to) last = &balance;
      }
      if (last == nullptr) continue;
      if (says_in && in != said_in) warn(last->line, "ВсегоПоступило", "bank_turnover_differs", said_in, in);
      if (says_out && out != said_out) warn(last->line, "ВсегоСписано", "bank_turnover_differs", said_out, out);
      if (!last->says_closing) last->closing = first_opening(account) + in - out;
    }
  }

  std::int64_t first_opening(const std::string& account) const {
    const BankBalance* first = nullptr;
    for (const auto& balance : file_.balances) {
      if (balance.account == account && (first == nullptr || balance.from < first->from)) first = &balance;
    }
    return first == nullptr ? 0 : first->opening;
  }

  void warn(int line, std::string_view field, std::string_view code, std::int64_t said, std::int64_t found) {
    file_.warnings.push_back({"lines[" + std::to_string(line) + "]." + std::string(field),
                              std::string(code),
                              {{"field", std::string(field)},
                               {"said", base::to_string(base::Decimal{said, 2})},
                               {"found", base::to_string(base::Decimal{found, 2})}}});
  }

  BankFile file_;
  Section head_;
  std::vector<Field> accounts_;
  std::vector<Section> balances_, documents_;
  std::vector<base::FieldError> faults_;
  int last_line_ = 1;
};

}  // namespace

BankFile parse_bank_file(std::string_view bytes) { return Reader().read(bytes); }

std::string bank_key(const BankDocument& document, int repeat) {
  // FNV-1a, 64 bits, of what does not fit beside account, day and sum (Fowler, Noll, Vo).
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    hash = (hash ^ 0xFFU) * 1099511628211ULL;
  };
  add(document.number);
  add(document.partner.account);
  char digits[17];
  const auto end = std::to_chars(digits, digits + 16, hash, 16).ptr;
  std::string key = document.own_account + (document.is_in ? "+" : "-") + std::to_string(document.units) + "@" +
                    std::to_string(document.day) + "#" + std::string(digits, end);
  if (repeat > 0) key += "." + std::to_string(repeat);
  return key;
}

}  // namespace money
