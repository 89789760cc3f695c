#include <gtest/gtest.h>
#include <zip.h>

#include <cmath>
#include <fstream>
#include <map>
#include <pugixml.hpp>

#include "server/print/print.hpp"

namespace print {

namespace {

// Parts of a package by path, read by libzip's other half.
std::map<std::string, std::string> parts_of(const std::string& bytes) {
  std::map<std::string, std::string> out;
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr) return out;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat);
    std::string content(stat.size, '\0');
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    zip_fread(file, content.data(), content.size());
    zip_fclose(file);
    out[stat.name] = std::move(content);
  }
  zip_close(archive);
  return out;
}

std::string text_of(const pugi::xml_node& node, const char* element) {
  std::string out;
  for (const auto& found : node.select_nodes((std::string(".//") + element).c_str())) out += found.node().text().get();
  return out;
}

constexpr const char* kForm =
    R"(<title>Счёт № 5</title><meta name="footer" content="стр. {page} из {pages}"><style>@page { size: A4 landscape } td { border: 0.5pt solid } .r { text-align: right }</style>
<h1>Счёт № 5</h1><p style="text-align:center">Текст <b>жирный</b> &lt;обычный&gt;</p>
<table style="width:100%"><thead><tr><th rowspan="2">№</th><th colspan="2">Товар</th></tr><tr><th>имя</th><th>сумма</th></tr></thead>
<tbody><tr><td>1</td><td>Стол</td><td class="r">1&nbsp;234,50</td></tr><tr><td>2</td><td>006</td><td class="r">-7</td></tr><tr><td>3</td><td>код</td><td class="r">006</td></tr></tbody></table>
<img data-qr="https://example.com">)";

TEST(Docx, is_a_package_whose_parts_are_all_named_and_well_formed) {
  const auto parts = parts_of(to_docx(kForm));
  ASSERT_TRUE(parts.contains("[Content_Types].xml"));
  ASSERT_TRUE(parts.contains("word/document.xml"));
  for (const auto& [path, content] : parts) {
    if (path.ends_with(".png")) continue;
    pugi::xml_document document;
    EXPECT_TRUE(document.load_buffer(content.data(), content.size())) << path;
  }
  // Each relation leads to a part.
  pugi::xml_document relations;
  relations.load_string(parts.at("word/_rels/document.xml.rels").c_str());
  for (const auto& relation : relations.child("Relationships"))
    EXPECT_TRUE(parts.contains(std::string("word/") + relation.attribute("Target").value())) << relation.attribute("Target").value();
  EXPECT_TRUE(parts.at("word/media/image1.png").starts_with("\x89PNG"));
}

TEST(Docx, has_paragraphs_tables_spans_and_page_setup) {
  const auto parts = parts_of(to_docx(kForm));
  pugi::xml_document document;
  document.load_string(parts.at("word/document.xml").c_str());
  const auto body = document.child("w:document").child("w:body");
  EXPECT_EQ(text_of(body.child("w:p"), "w:t"), "Счёт № 5");
  EXPECT_EQ(text_of(body.child("w:p").next_sibling("w:p"), "w:t"), "Текст жирный <обычный>");
  EXPECT_EQ(body.select_nodes(".//w:b").size(), 6U) << "the heading, one word and four cells of the head";
  const auto rows = body.child("w:tbl").select_nodes("w:tr");
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].node().select_nodes("w:tc").size(), 2U);
  EXPECT_EQ(rows[0].node().select_node(".//w:gridSpan").node().attribute("w:val").as_int(), 2);
  EXPECT_STREQ(rows[1].node().select_node(".//w:vMerge").node().attribute("w:val").value(), "continue");
  EXPECT_TRUE(rows[1].node().select_node(".//w:tblHeader"));
  for (const auto& cell : body.select_nodes(".//w:tc"))
    EXPECT_STREQ(cell.node().last_child().name(), "w:p") << "a cell ends with a paragraph";
  EXPECT_STREQ(body.child("w:sectPr").child("w:pgSz").attribute("w:orient").value(), "landscape");
  EXPECT_NE(parts.at("word/footer1.xml").find("NUMPAGES"), std::string::npos);
}

TEST(Xlsx, has_numbers_as_numbers_and_codes_as_text) {
  const auto parts = parts_of(to_xlsx(kForm));
  ASSERT_TRUE(parts.contains("xl/worksheets/sheet1.xml"));
  pugi::xml_document sheet, strings;
  sheet.load_string(parts.at("xl/worksheets/sheet1.xml").c_str());
  strings.load_string(parts.at("xl/sharedStrings.xml").c_str());
  std::vector<std::string> texts;
  for (const auto& item : strings.child("sst")) texts.push_back(item.child("t").text().get());
  std::vector<double> numbers;
  std::vector<std::string> written;
  for (const auto& found : sheet.select_nodes(".//c[v]")) {
    const auto cell = found.node();
    if (std::string_view(cell.attribute("t").value()) == "s")
      written.push_back(texts.at(cell.child("v").text().as_uint()));
    else
      numbers.push_back(cell.child("v").text().as_double());
  }
  EXPECT_EQ(numbers, (std::vector<double>{1234.5, -7}));
  EXPECT_EQ(written, (std::vector<std::string>{"Счёт № 5", "Текст жирный <обычный>", "№", "Товар", "имя", "сумма", "1", "Стол", "2", "006",
                                               "3", "код", "006"}));
  EXPECT_EQ(sheet.select_nodes(".//mergeCell").size(), 4U) << "heading, text, № and Товар";
  EXPECT_TRUE(parts.contains("xl/media/image1.png"));
  EXPECT_STREQ(sheet.select_node(".//pageSetup").node().attribute("orientation").value(), "landscape");
}

TEST(Office, takes_what_is_strange) {
  for (const char* html : {"", "<table></table>", "<table><tr><td><table><tr><td>a</table>b</table>", "<td>",
                           "<img src='data:image/png;base64,AAAA'>", "<ul><li>a</ul>", "<p>\x01\x02"}) {
    EXPECT_FALSE(parts_of(to_docx(html)).empty()) << html;
    EXPECT_FALSE(parts_of(to_xlsx(html)).empty()) << html;
  }
}

TEST(Office, takes_every_shipped_form_with_data_of_any_kind_of_document) {
  // The templates are printed with real data by modules/documents; here their bare HTML goes through all writers.
  for (const auto& form : shipped_forms()) {
    EXPECT_FALSE(parts_of(to_docx(form.html)).empty()) << form.key;
    EXPECT_FALSE(parts_of(to_xlsx(form.html)).empty()) << form.key;
  }
}

}  // namespace

}  // namespace print
