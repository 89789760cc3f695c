#include "modules/money/server/entered.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include "modules/money/server/matching.hpp"

namespace money {

namespace {

template <typename T>
bool has(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::int64_t days_apart(const Entered& entered, const Arrived& arrived) {
  return std::min(std::abs(entered.day - arrived.day), std::abs(entered.day - arrived.booked_on));
}

// The line names an invoice that still wants money, and the payment is for others.
bool is_for_others(const Entered& entered, const Arrived& arrived) {
  if (entered.invoices.empty() || arrived.invoices.empty()) return false;
  return std::none_of(arrived.invoices.begin(), arrived.invoices.end(), [&](std::int64_t id) { return has(entered.invoices, id); });
}

class Recogniser {
 public:
  Recogniser(const std::vector<Entered>& entered, const std::vector<Arrived>& arrived)
      : entered_(entered), arrived_(arrived), result_(arrived.size()) {
    for (const auto& each : entered) by_sum_[key(each)].push_back(&each);
  }

  std::vector<Recognised> recognise() {
    for (const auto least : {Likeness::kNumber, Likeness::kDay, Likeness::kSame}) {
      for (std::size_t i = 0; i < arrived_.size(); ++i) take(i, least);
    }
    for (std::size_t i = 0; i < arrived_.size(); ++i) {
      if (!result_[i].same) propose(i);
    }
    return std::move(result_);
  }

 private:
  using Key = std::tuple<bool, std::int64_t, std::string>;
  template <typename Payment>
  static Key key(const Payment& payment) {
    return {payment.is_in, payment.units, payment.currency};
  }

  // Free ones that are at least so like the line, the nearest first.
  std::vector<const Entered*> like(std::size_t line, Likeness least) const {
    std::vector<const Entered*> list;
    const auto& arrived = arrived_[line];
    const auto found = by_sum_.find(key(arrived));
    if (found == by_sum_.end()) return list;
    for (const auto* each : found->second) {
      if (!taken_.contains(each->id) && likeness(*each, arrived) >= least) list.push_back(each);
    }
    std::stable_sort(list.begin(), list.end(),
                     [&](const auto* a, const auto* b) { return days_apart(*a, arrived) < days_apart(*b, arrived); });
    return list;
  }

  void take(std::size_t line, Likeness least) {
    if (result_[line].same) return;
    const auto list = like(line, least);
    // Nothing depends on which of several that went out it is.
    if (list.empty() || (list.size() > 1 && arrived_[line].is_in)) return;
    result_[line].same = static_cast<std::size_t>(list.front() - entered_.data());
    taken_.insert(list.front()->id);
  }

  void propose(std::size_t line) {
    for (const auto* each : like(line, Likeness::kAlike)) {
      if (result_[line].alike.size() < kMostAlike) result_[line].alike.push_back(each->id);
    }
  }

  const std::vector<Entered>& entered_;
  const std::vector<Arrived>& arrived_;
  std::map<Key, std::vector<const Entered*>> by_sum_;
  std::set<std::int64_t> taken_;
  std::vector<Recognised> result_;
};

}  // namespace

Likeness likeness(const Entered& entered, const Arrived& arrived) {
  if (entered.is_in != arrived.is_in || entered.units != arrived.units || entered.currency != arrived.currency) return Likeness::kNone;
  const std::int64_t days = days_apart(entered, arrived);
  if (days > kAlikeDays) return Likeness::kNone;
  const std::string ours = canonical_number(entered.number), theirs = canonical_number(arrived.number);
  const bool is_numbered = !ours.empty() && !theirs.empty();
  const bool is_same_number = is_numbered && ours == theirs;
  const bool is_payer = has(arrived.companies, entered.company) || (!entered.inn.empty() && entered.inn == arrived.inn);
  if (!is_payer) return is_same_number ? Likeness::kAlike : Likeness::kNone;
  if (is_numbered && !is_same_number) return days > kSameDays ? Likeness::kNone : Likeness::kAlike;
  const bool is_account =
      entered.own_company == arrived.own_company && (entered.own_account == 0 || entered.own_account == arrived.own_account);
  if (!is_account || days > kSameDays || is_for_others(entered, arrived)) return Likeness::kAlike;
  if (is_same_number) return Likeness::kNumber;
  return days == 0 ? Likeness::kDay : Likeness::kSame;
}

bool is_repeat(const Entered& entered, const Arrived& arrived) {
  const Likeness likeness = money::likeness(entered, arrived);
  const std::string number = canonical_number(entered.number);
  return likeness >= Likeness::kSame || (likeness == Likeness::kAlike && !number.empty() && number == canonical_number(arrived.number));
}

std::vector<Recognised> recognise(const std::vector<Entered>& entered, const std::vector<Arrived>& arrived) {
  return Recogniser(entered, arrived).recognise();
}

}  // namespace money
