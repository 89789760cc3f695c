// What tests of documents share beside the office: lines, and documents made of one another.
#pragma once

#include "server/app/tests/office_testing.hpp"

namespace documents {

using app::Faults;
using app::units;

class DocumentsTest : public app::OfficeTest {
 protected:
  json::array lines_of(const std::string& kind, std::int64_t id);
  // Makes one from another; the answer's record.
  json::value make(const std::string& from, std::int64_t id, const std::string& to, const json::object& more = {});
};

}  // namespace documents
