// Records of a list as a file: CSV, XLSX or vCard, page by page, with the rights of whoever asks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/localizer.hpp"
#include "server/connect/export/table_writer.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/query.hpp"

namespace connect {

struct ExportRequest {
  std::string format = "csv";  // csv, xlsx, vcard; field error "format": unknown_option
  json::object query;          // filter, sort, fields as of :query
  bool with_labels = false;    // the columns' heads are labels instead of keys, choices their labels
  // Number and version of each record in front, so that the edited table can be imported as a set of changes; every field that can be
  // written when the query names none.
  bool for_editing = false;
};

// What a cell of a field says in an exported table; the same text again means that nothing was edited.
WrittenCell export_cell(const entity::EntityDef& entity, const entity::FieldDef& field, const json::value& value,
                        const base::Localizer* localizer, std::string_view language);

class RecordExport {
 public:
  // Error permission_denied "export_not_allowed"; those of parse_query. Services and localizer outlive it.
  RecordExport(entity::Services& services, const base::Localizer& localizer, const entity::EntityDef& entity, entity::RegistryPtr registry,
               entity::Caller caller, const ExportRequest& request);
  // Appends the next piece; false at the end.
  bool next(std::string& chunk);
  std::string content_type() const;
  std::string file_name() const;
  std::int64_t count() const { return count_; }

 private:
  struct Column {
    std::string path;
    const entity::FieldDef* field = nullptr;  // of the last step, when it is a field of the entity itself
  };
  void read_page();
  void write_record(const json::object& record);

  entity::Services& services_;
  const base::Localizer& localizer_;
  const entity::EntityDef& entity_;
  const entity::RegistryPtr registry_;
  const entity::Caller caller_;
  ExportRequest request_;
  entity::Query query_;
  std::vector<Column> columns_;
  std::unique_ptr<TableWriter> writer_;  // none for vCard
  std::string cards_;
  std::int64_t count_ = 0;
  bool is_read_ = false, is_finished_ = false;
};

}  // namespace connect
