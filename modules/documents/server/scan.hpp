// Signed copies of documents: a scan knows number, company and kind of its document, and tells the document that its original is back.
#pragma once

#include "server/entity/record_service.hpp"

namespace documents {

class ScanBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

}  // namespace documents
