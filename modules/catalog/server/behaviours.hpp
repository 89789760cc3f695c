// What saves of the catalogue keep true.
#pragma once

#include "server/entity/module_host.hpp"

namespace catalog {

// Our own requisites are held to their check digits: what is wrong is an error here, not a mark of doubt, for it goes onto documents.
// One organisation is the default one; the first is until another takes its place.
class OwnCompanyBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

// Keys of the account and the correspondent account fit the bank; one main account in an organisation.
class OwnAccountBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

// Rows of one kind do not overlap in time; `other` may.
class VatRateBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
};

// A variant is of a product that is no variant itself.
class ProductBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

// A bundle holds no bundles.
class BundleItemBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

// Of two lists for the same buyers in the same currency with the same priority only one is in force on any day: which price holds is
// never a matter of chance.
class PriceListBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

// Within a list a product has one price for a quantity on any day.
class PriceRowBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

}  // namespace catalog
