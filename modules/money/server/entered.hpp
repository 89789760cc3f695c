// Payments that a person entered before the bank's file brought them: is a line of the file the same money? Pure logic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace money {

// A payment by bank, posted, that no file has brought.
struct Entered {
  std::int64_t id = 0, company = 0, own_company = 0, own_account = 0;  // 0: not said
  bool is_in = false, pays = false;                                    // pays: something already
  std::int64_t units = 0, day = 0;
  std::string currency, number, inn;
  std::vector<std::int64_t> invoices;  // among what it pays
};

// A line of a file as far as it tells.
struct Arrived {
  std::int64_t own_company = 0, own_account = 0;
  bool is_in = false;
  std::int64_t units = 0, day = 0, booked_on = 0;
  std::string currency, number, inn;
  std::vector<std::int64_t> companies;  // with the payer's ИНН or account
  std::vector<std::int64_t> invoices;   // open ones that its purpose names
};

// What a person may have meant: the day of the order, of the statement, or when the money was looked at.
inline constexpr std::int64_t kSameDays = 5, kAlikeDays = 14;

enum class Likeness {
  kNone,
  kAlike,   // as much from the same one, but another number, day, account, or another invoice: a person decides
  kSame,    // a few days apart at most, nothing speaks against it
  kDay,     // of the same day
  kNumber,  // of the same number
};
Likeness likeness(const Entered& entered, const Arrived& arrived);
// Of one that came first: whoever enters the other is told of it.
bool is_repeat(const Entered& entered, const Arrived& arrived);

struct Recognised {
  std::optional<std::size_t> same;  // which of `entered` this line is, each of one line at most
  std::vector<std::int64_t> alike;  // else the ids of those it may be, at most kMostAlike, the nearest first
};
inline constexpr std::size_t kMostAlike = 3;
// One for each line, in their order. Equal numbers are told apart first, then equal days; where several of those that came fit alike none
// is taken.
std::vector<Recognised> recognise(const std::vector<Entered>& entered, const std::vector<Arrived>& arrived);

}  // namespace money
