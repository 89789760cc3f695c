// Payment orders for the bank: outgoing payments as a file 1CClientBankExchange (version 1.03, see bank_file.hpp), from the program to the
// client bank, in windows-1251.
#pragma once

#include <string>
#include <vector>

#include "modules/money/server/bank_file.hpp"
#include "server/entity/query.hpp"

namespace money {

struct OrderSide {
  BankParty party;
  std::string corr_account;
};

struct BankOrder {
  std::string title;  // of the payment, for messages
  std::string number, purpose, currency;
  std::int64_t day = 0, units = 0;  // hundredths
  OrderSide payer, payee;
};

inline constexpr std::size_t kMostOrders = 1000;

// In the order of `ids`. The payer is our account of the payment, else the main one of its organisation; the payee's account is that of
// the payment, else the main one of the company. With the caller's rights to export payments; requisites are what a printed order
// shows. Errors: permission_denied export_not_allowed; fields "ids[i]": unknown_record {id}, order_not_outgoing {title}.
std::vector<BankOrder> collect_orders(const entity::QueryContext& context, const std::vector<std::int64_t>& ids);

// Locale keys of what an order lacks without which no bank takes it; empty: it may go.
std::vector<std::string> missing_of(const BankOrder& order);

// `made_at`: the caller's local day and time of day. Every order has its requisites, line breaks become spaces.
std::string write_bank_orders(const std::vector<BankOrder>& orders, std::int64_t made_on, std::chrono::seconds made_at);

}  // namespace money
