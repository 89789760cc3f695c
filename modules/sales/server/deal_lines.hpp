// Products of a deal.
#pragma once

#include "server/entity/module_host.hpp"

namespace sales {

// Invariants
// - `amount` of a line is quantity × price less the discount, rounded half up once.
// - The amount of a deal that has lines is their sum in the base currency, unless its `amount_from_lines` is off. Without lines it is
//   whatever people wrote.
class DealLineBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;
};

// price × quantity × (100 − discount) / 100 in the units of the price, half up; quantity in thousandths, discount in hundredths of a
// percent. nullopt: overflow.
std::optional<std::int64_t> line_units(std::int64_t price_units, std::int64_t quantity_thousandths, std::int64_t discount_hundredths);

}  // namespace sales
