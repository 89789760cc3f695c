// What happens when a payment is saved: terms, what it pays, what is left of it as an advance.
#pragma once

#include "server/entity/alike_finder.hpp"
#include "server/entity/merge_guard.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace money {

// `allocations` of a payment that is created or changed are added to those it has (allocating.hpp); all or nothing.
// Field errors: from_bank, payment_is_cancelled, payment_is_allocated, less_than_allocated {allocated}, account_of_other_company,
// currency_of_account {currency}, own_company required, and those of Allocating.
class PaymentBehaviour final : public entity::Behaviour, public entity::MergeGuard, public entity::AlikeFinder {
 public:
  explicit PaymentBehaviour(const entity::Questions& questions) : questions_(questions) {}  // outlives it
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  // Entered by hand: what a bank's file has brought already.
  std::vector<entity::AlikeRecord> find_alike(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void check_merge(const entity::Record& record) override;

 private:
  void put_rate(entity::SaveContext& save);
  // Works out what `allocations` ask for; they wait in the field for before_write.
  std::int64_t take_shares(entity::SaveContext& save);

  const entity::Questions& questions_;
};

// "review", "advance", "partial", "allocated", "none" of a payment whose sums are set.
std::string_view allocation_state(const entity::Record& payment);

}  // namespace money
