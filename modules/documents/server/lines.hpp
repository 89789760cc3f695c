// The lines of one document during one save of it: read, filled in from the catalogue, summed up, written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "modules/documents/server/totals.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace documents {

struct Line {
  entity::Record record;  // id 0: not yet written
  std::string path;       // of its errors: "lines[2]", empty when the line itself is what is saved
  json::object given;     // what is written beside the figures
  bool is_touched = false;
};

class DocumentLines {
 public:
  // The head is the one that is saved or the one the line belongs to; it and the save outlive the lines.
  DocumentLines(entity::SaveContext& save, const entity::Questions& questions, const entity::Record& head)
      : save_(save), questions_(questions), head_(head) {}

  // Those in the base, in their order, without the line `but`.
  void load(std::int64_t but = 0);
  // Those in the base as `given` says: a line with the id of a stored one changes it, others are new, stored ones that are absent go.
  // Errors are added to the save under "lines[i]".
  void take(const json::array& given);
  // One more, which is being saved itself; in its place by `position`.
  void insert(const entity::Record& line);
  // Fills in what new lines and lines with another product lack, asks for the VAT rates, checks each line.
  void complete();
  // The sums of all; errors of figures that do not fit are added to the save.
  const Totals& sum_up();

  // Figures of the head out of the last sum_up, into any record of its kind.
  void put_totals(entity::Record& head) const;
  // The same as a patch.
  json::object totals_patch() const;
  // Writes lines that are new, touched or have other figures than before, but the one being saved itself; removes those that went.
  void write(std::int64_t document_id);
  const std::vector<Line>& all() const { return lines_; }
  std::vector<Line>& all() { return lines_; }
  // The figures of a line into its record.
  void put_amounts(std::size_t at, entity::Record& line) const;

 private:
  struct VatRate {
    base::Decimal percent{0, 2};
    bool is_known = false, is_exempt = false, is_over = false, is_not_yet = false;
    std::string code, name;
  };
  void take_line(const json::object& given, Line& line);
  void fill_in(const std::vector<std::size_t>& which);
  void fill_line(const json::object& answer, Line& line);
  void load_rates();
  void check_line(Line& line);
  bool is_strict() const;  // the kind must carry the rates of its own day
  void fault(const Line& line, std::string_view field, std::string_view code, base::MessageArgs arguments = {});
  entity::QueryContext context() const;
  std::string currency() const { return std::string(head_.text("currency")); }
  json::object figures(std::size_t at) const;

  entity::SaveContext& save_;
  const entity::Questions& questions_;
  const entity::Record& head_;
  std::vector<Line> lines_;
  std::vector<std::int64_t> gone_;
  std::map<std::int64_t, VatRate> rates_;
  Totals totals_;
};

// Money of a document: `units` hundredths of `currency`, in the base currency at the document's own rate (scale 6).
entity::Money money_of(entity::SaveContext& save, std::int64_t units, std::string_view currency, std::int64_t rate_units);
// Base amounts of every money field of the record by the rate of the document, whatever rate they came with.
void settle_money(entity::SaveContext& save, entity::Record& record, std::string_view currency, std::int64_t rate_units);

}  // namespace documents
