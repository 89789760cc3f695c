#include "server/connect/tables/tables_testing.hpp"

#include <unicode/unistr.h>
#include <unistd.h>
#include <zip.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "server/connect/files/file_store.hpp"

namespace connect {

std::filesystem::path shared_folder() {
  const char* given = std::getenv("MATVEY_SHARED");
  std::filesystem::path folder = given != nullptr ? given : "../shared";
  return std::filesystem::exists(folder) ? folder : std::filesystem::path();
}

std::vector<Row> rows_of(TableReader& reader) {
  std::vector<Row> rows;
  Row row;
  while (reader.next(row)) rows.push_back(std::move(row));
  return rows;
}

std::vector<Row> rows_of_text(const std::string& text, const TableOptions& options) {
  const auto content = content_of(text);
  const auto reader = open_table(*content, options);
  return rows_of(*reader);
}

std::vector<std::string> texts_of(const Row& row) {
  std::vector<std::string> texts;
  for (const auto& cell : row.cells) texts.push_back(cell.text);
  return texts;
}

std::string convert_for_test(const std::string& text, const std::string& encoding) {
  const auto wide = icu::UnicodeString::fromUTF8(text);
  std::string bytes(static_cast<std::size_t>(wide.length()) * 4 + 8, '\0');
  const auto length = wide.extract(0, wide.length(), bytes.data(), static_cast<std::uint32_t>(bytes.size()), encoding.c_str());
  bytes.resize(static_cast<std::size_t>(length));
  return bytes;
}

std::string workbook_of(const std::string& rows_xml, const std::string& tail_xml, const std::string& styles_xml) {
  const std::string path = (std::filesystem::temp_directory_path() / ("matvey-workbook-" + std::to_string(::getpid()) + ".xlsx")).string();
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  const std::string main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
  const std::string relations = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"_rels/.rels", "<Relationships " + relations + "><Relationship Id=\"r\" Type=\"" + office +
                          "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
      {"xl/workbook.xml",
       "<workbook " + main + " xmlns:r=\"" + office + "\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels", "<Relationships " + relations + "><Relationship Id=\"r1\" Type=\"" + office +
                                         "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"" + office +
                                         "/styles\" Target=\"styles.xml\"/></Relationships>"},
      {"xl/styles.xml", "<styleSheet " + main + ">" + styles_xml + "</styleSheet>"},
      {"xl/worksheets/sheet1.xml", "<worksheet " + main + "><sheetData>" + rows_xml + "</sheetData>" + tail_xml + "</worksheet>"}};
  for (const auto& [name, text] : parts)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), ZIP_FL_OVERWRITE);
  zip_close(archive);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  std::filesystem::remove(path);
  return bytes.str();
}

}  // namespace connect
