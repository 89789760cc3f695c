// Numbers of documents: per organisation, kind and year of the document's date.
//
// The series is a counter of the engine whose row is locked from the moment a number is taken until its transaction ends: a rollback
// or a crash gives the number back, two postings wait for each other. What people set up – prefix, digits, first number – is in
// `number_series`; without a row it is the organisation's prefix and five digits from 1.
#pragma once

#include <string>

#include "server/entity/module_host.hpp"

namespace documents {

// Takes the next number for the document that is saved.
std::string next_number(entity::SaveContext& save, const entity::Record& document);
std::int64_t year_of(const entity::Record& document);

// The first number of a series stays when numbers of it were given.
class NumberSeriesBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

}  // namespace documents
