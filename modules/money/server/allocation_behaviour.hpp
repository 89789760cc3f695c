// What is paid by which payment, saved one by one; invoices are the other side.
#pragma once

#include "server/entity/merge_guard.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace money {

// An allocation is made and taken away, never changed (its day follows that of its payment). `booking` above zero: the payment that is
// being saved makes it and keeps both sums; below zero: it is taken away in the same way. Errors: those of Allocating, update_not_allowed
// for whoever may not change the payment.
class AllocationBehaviour final : public entity::Behaviour, public entity::MergeGuard {
 public:
  explicit AllocationBehaviour(const entity::Questions& questions) : questions_(questions) {}  // outlives it
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;
  void check_merge(const entity::Record& record) override;

 private:
  void share_out(entity::SaveContext& save);

  const entity::Questions& questions_;
};

// What is paid begins at nothing when an invoice is posted; one that has been paid is not cancelled (field error invoice_has_payments).
class PaidInvoiceBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
};

}  // namespace money
