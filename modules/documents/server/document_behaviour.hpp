// Heads of documents.
#pragma once

#include "server/entity/merge_guard.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/questions.hpp"

namespace documents {

// Invariants of a saved document
// - amount = net_amount + vat_amount = the sums of its lines; base amounts are at its own `rate`, that of its date unless it was given.
// - `lines` is only a way in: a list replaces the lines of the document (an item with an id changes that line) in the same transaction;
//   it is never stored.
// - A number is given once, when a document leaves the drafts, in that transaction: no gaps, no doubles (numbering.hpp).
// - What is no draft keeps its figures, parties and dates; its state moves only as kinds.hpp says; it is never deleted.
// - No line takes more from the line it was made from than remains of it (remains.hpp).
class DocumentBehaviour final : public entity::Behaviour, public entity::MergeGuard {
 public:
  explicit DocumentBehaviour(const entity::Questions& questions) : questions_(questions) {}  // the host's, outlives every save
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;
  void check_merge(const entity::Record& record) override;  // two documents are never one

 private:
  const entity::Questions& questions_;
};

// Lines on their own: added, changed and deleted one by one on a card. The figures of the document follow in the same transaction.
class DocumentLineBehaviour final : public entity::Behaviour, public entity::MergeGuard {
 public:
  explicit DocumentLineBehaviour(const entity::Questions& questions) : questions_(questions) {}
  void prepare(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;
  void check_merge(const entity::Record& record) override;  // two documents are never one

 private:
  const entity::Questions& questions_;
};

}  // namespace documents
