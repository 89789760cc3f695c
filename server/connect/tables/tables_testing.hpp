// What tests of tables share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/connect/tables/table.hpp"

namespace connect {

// The folder of outside test data, empty when it is not there.
std::filesystem::path shared_folder();

// All rows of the visible sheets of a file, or of one sheet.
std::vector<Row> rows_of(TableReader& reader);
std::vector<Row> rows_of_text(const std::string& text, const TableOptions& options = {});
std::vector<std::string> texts_of(const Row& row);
// A workbook of one sheet "Sheet1" from the XML of its rows and what stands behind them.
// UTF-8 in another encoding.
std::string convert_for_test(const std::string& text, const std::string& encoding);
std::string workbook_of(const std::string& rows_xml, const std::string& tail_xml = {}, const std::string& styles_xml = {});

}  // namespace connect
