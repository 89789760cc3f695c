// Pages looked at with other people's programs: pdftotext, pdffonts, pdftoppm, zbarimg (Debian's poppler-utils and zbar-tools).
#include "server/print/print.hpp"

#include <fontconfig/fontconfig.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"

namespace print {

namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), count);
  pclose(pipe);
  return out;
}

class Pdf : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/matvey-print-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& html) { std::ofstream(file("a.pdf"), std::ios::binary) << to_pdf(html); }
  std::string text(const std::string& options = "") const { return output_of("pdftotext -layout " + options + " " + file("a.pdf") + " -"); }

  std::string folder_;
};

int count_of(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

std::string table_of(int rows) {
  std::string out =
      "<style>td, th { border: 0.5pt solid }</style><table "
      "style='width:100%'><thead><tr><th>Номер</th><th>Наименование</th></tr></thead><tbody>";
  for (int i = 1; i <= rows; ++i)
    out += "<tr><td>строка-" + std::to_string(i) + "</td><td>первая<br>вторая<br>последняя-" + std::to_string(i) + "</td></tr>";
  return out + "</tbody></table>";
}

TEST_F(Pdf, has_text_that_can_be_copied_and_fonts_inside) {
  write(
      "<h1>Счёт № 5</h1><p>Съешь же ещё этих <b>французских</b> булок, <i>да выпей</i> чаю. 12 345,67 "
      "₽ "
      "₸ "
      "Ұқ</p>");
  EXPECT_NE(
      text().find("Съешь же ещё этих французских булок, да выпей чаю. 12 345,67 ₽ ₸ Ұқ"),
      std::string::npos)
      << text();
  const std::string fonts = output_of("pdffonts " + file("a.pdf"));
  EXPECT_NE(fonts.find("LiberationSans-Bold"), std::string::npos) << fonts;
  EXPECT_EQ(fonts.find(" no "), std::string::npos) << "a font is not embedded, or has no table of letters:\n" << fonts;
}

TEST_F(Pdf, knows_no_typeface_of_the_machine) {
  write("<p>Текст</p>");
  const FcFontSet* of_machine = FcConfigGetFonts(FcConfigGetCurrent(), FcSetSystem);
  EXPECT_TRUE(of_machine == nullptr || of_machine->nfont == 0);
  const FcFontSet* own = FcConfigGetFonts(FcConfigGetCurrent(), FcSetApplication);
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(static_cast<std::size_t>(own->nfont), base::resources_below("generated/fonts/").size());
}

TEST_F(Pdf, repeats_heads_of_tables_and_never_cuts_a_row) {
  write("<meta name='footer' content='стр. {page} из {pages}'>" + table_of(100));
  const int pages = std::stoi(output_of("pdfinfo " + file("a.pdf") + " | sed -n 's/^Pages: *//p'"));
  ASSERT_GT(pages, 3);
  int rows = 0;
  for (int page = 1; page <= pages; ++page) {
    const std::string number = std::to_string(page);
    const std::string one = text("-f " + number + " -l " + number);
    EXPECT_EQ(count_of(one, "Наименование"), 1) << number;
    EXPECT_EQ(count_of(one, "строка-"), count_of(one, "последняя-")) << number;
    EXPECT_EQ(count_of(one, "первая"), count_of(one, "последняя-")) << number;
    EXPECT_NE(one.find("стр. " + number + " из " + std::to_string(pages)), std::string::npos) << one;
    rows += count_of(one, "строка-");
  }
  EXPECT_EQ(rows, 100);
}

TEST_F(Pdf, cuts_a_row_that_is_taller_than_a_page_between_lines) {
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "слово-" + std::to_string(i) + "<br>";
  write("<table><tr><td>" + lines + "</td></tr></table>");
  EXPECT_EQ(count_of(text(), "слово-"), 200);
}

TEST_F(Pdf, keeps_blocks_together_and_breaks_where_told) {
  std::string filler;
  for (int i = 0; i < 60; ++i) filler += "<p>наполнение</p>";
  write(filler +
        "<div style='page-break-inside:avoid'><p>начало подписи</p><p style='height:200pt'>место</p><p>конец подписи</p></div><div "
        "style='page-break-before:always'>новая</div>");
  std::string pages[3];
  for (int i = 0; i < 3; ++i) pages[i] = text("-f " + std::to_string(i + 1) + " -l " + std::to_string(i + 1));
  const bool together = std::any_of(std::begin(pages), std::end(pages), [](const auto& page) {
    return page.find("начало") != std::string::npos && page.find("конец") != std::string::npos;
  });
  EXPECT_TRUE(together);
  EXPECT_EQ(output_of("pdfinfo " + file("a.pdf") + " | grep -c 'Pages: *3'"), "1\n");
  EXPECT_NE(pages[2].find("новая"), std::string::npos);
}

TEST_F(Pdf, holds_a_payment_code_that_a_scanner_reads) {
  const std::string code =
      "ST00012|Name=ООО «Ромашка»|PersonalAcc=40702810200000000001|BankName=ПАО "
      "СБЕРБАНК|BIC=044525225|CorrespAcc=30101810400000000225|Sum=1234567|Purpose=Оплата";
  write("<p>Платите</p><img data-qr='" + code + "' style='width:28mm'>");
  output_of("pdftoppm -r 150 -png " + file("a.pdf") + " " + file("page"));
  const std::string read = output_of("zbarimg -q --raw " + file("page-1.png"));
  EXPECT_EQ(read, code + "\n");
}

TEST_F(Pdf, of_the_shipped_invoice_holds_its_payment_code) {
  // given
  const json::value data = base::parse_json(*base::find_resource("modules/documents/print/sample.json"));
  const std::string wanted = render_html(Template::parse("{{ document | payment(seller, seller_account) }}"), data.as_object(), "ru");
  // when
  write(render_html(Template::parse(find_shipped_form("invoice")->html), data.as_object(), "ru"));
  output_of("pdftoppm -r 200 -png " + file("a.pdf") + " " + file("page"));
  // then
  ASSERT_TRUE(wanted.find("PersonalAcc=40702810200000000001") != std::string::npos && wanted.find("&") == std::string::npos) << wanted;
  EXPECT_EQ(output_of("zbarimg -q --raw " + file("page-1.png")), wanted + "\n");
}

TEST_F(Pdf, is_the_same_from_several_threads_at_once) {
  const std::string html = table_of(60);
  const std::size_t size = to_pdf(html).size();
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) same += to_pdf(html).size() == size;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(same, 30);
}

TEST_F(Pdf, draws_what_stands_absolutely_after_the_text) {
  // A white square over the word: the pixels of its place are white, the text is still there to be copied.
  const std::string white = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC";
  write("<style>@page { margin: 0 }</style><div><img src='data:image/png;base64," + white +
        "' style='position:absolute; left:0; top:0; width:300pt; height:60pt'><p style='font-size:40pt'>████</p></div>");
  EXPECT_NE(text().find("████"), std::string::npos);
  output_of("pdftoppm -r 20 -gray " + file("a.pdf") + " " + file("page"));
  std::ifstream picture(file("page-1.pgm"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(picture)), std::istreambuf_iterator<char>());
  ASSERT_GT(bytes.size(), 1000U);
  const bool is_dark = std::any_of(bytes.begin() + 15, bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 200; });
  EXPECT_FALSE(is_dark) << "something lies above the picture";
}

TEST_F(Pdf, fits_the_page_it_asks_for) {
  write("<style>@page { size: A4 landscape; margin: 10mm }</style><p>поперёк</p>");
  EXPECT_NE(output_of("pdfinfo " + file("a.pdf")).find("841.89 x 595.28"), std::string::npos);
}

TEST_F(Pdf, passes_over_scripts_damaged_pictures_and_addresses_elsewhere) {
  write(
      "<script>alert(1)</script><img src='http://192.0.2.1/x.png'><img src='file:///etc/passwd'><img "
      "src='data:image/png;base64,iVBORw0KGgo='><iframe src='x'></iframe><p>остальное</p>");
  EXPECT_EQ(text().substr(0, 30).find("остальное"), 0U) << text();
}

TEST_F(Pdf, takes_what_is_strange) {
  for (const char* html :
       {"", "<table></table>", "<table><tr><td colspan=1000 rowspan=9999>x</table>", "<td>",
        "<p style='width:-5pt;font-size:0;line-height:-3'>x", "<table style='width:1e30pt'><tr><td>x", "\xff\xfe",
        "<div style='page-break-before:always'></div>", "<p style='margin-top:100000pt'>x", "<ol><li>a<li><p>b</ol>", "<b><p>x</p></b>"}) {
    EXPECT_TRUE(to_pdf(html).starts_with("%PDF-")) << html;
  }
}

TEST(Forms, are_shipped_with_names_and_parse) {
  ASSERT_NE(find_shipped_form("invoice"), nullptr);
  for (const auto& form : shipped_forms()) EXPECT_NO_THROW(Template::parse(form.html)) << form.key;
}

}  // namespace

}  // namespace print
