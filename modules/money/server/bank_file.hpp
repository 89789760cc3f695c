// Statements in the form 1CClientBankExchange (version 1.03, v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/
// standart-obmena-s-sistemami-klient-banka): lines "key=value" in sections.
//
// A file is read whole or not at all: every fault names its line and field, nothing is guessed. What the header says of the encoding is
// not believed: the words of the form are looked for in the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"

namespace money {

struct BankParty {
  std::string name, inn, kpp, account, bik, bank;
};

struct BankDocument {
  int line = 0;  // of the file, where its section begins; the first is 1
  std::string kind, number, purpose;
  std::int64_t day = 0;        // of the document
  std::int64_t booked_on = 0;  // when the money came or went, else the same
  std::int64_t units = 0;      // hundredths, above zero
  bool is_in = false;
  std::string own_account;  // one of the file's accounts
  BankParty partner;
};

// A section of an account: balances of a period.
struct BankBalance {
  int line = 0;
  std::string account;
  std::int64_t from = 0, to = 0;  // days
  std::int64_t opening = 0, in = 0, out = 0, closing = 0;
  bool says_in = false, says_out = false, says_closing = false;  // else out of the documents
};

struct BankFile {
  std::string encoding, declared_encoding, sender;
  std::int64_t from = 0, to = 0;  // days
  std::vector<std::string> accounts;
  std::vector<BankBalance> balances;
  std::vector<BankDocument> documents;
  // What is odd but hides no money, as errors without being one: bank_encoding_differs, bank_turnover_differs, bank_balance_differs.
  std::vector<base::FieldError> warnings;
};

// Error (fields, path "lines[N].Поле"): bank_not_exchange, bank_encoding_unknown, bank_broken_bytes, bank_line_unreadable,
// bank_field_missing, bank_date, bank_amount, bank_account_number, bank_section_missing, bank_section_open, bank_section_order,
// bank_no_end, bank_after_end, bank_foreign_account, each with {line}, {field}, {value} where there is one.
BankFile parse_bank_file(std::string_view bytes);

// Tells payments apart over imports: account, direction, number, day, sum, the partner's account. At most 100 characters. `repeat`
// counts equal documents of one file from 0.
std::string bank_key(const BankDocument& document, int repeat);

}  // namespace money
