// The shipped forms with data of every kind: few and many lines, long names, sole traders, several rates of VAT, none.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"
#include "server/print/page/fonts.hpp"
#include "server/print/page/layout.hpp"
#include "server/print/print.hpp"
#include "server/print/words/numbers.hpp"

namespace print {

namespace {

json::object sample() { return base::parse_json(*base::find_resource("modules/documents/print/sample.json")).as_object(); }

std::string kopecks(std::int64_t units) { return base::to_string(base::Decimal{units, 2}); }

struct Shape {
  int lines = 1;
  bool is_sole_trader = false, has_long_names = false, has_many_rates = false, is_exempt = false;
};

json::object rate_of(const Shape& shape, int line) {
  if (shape.is_exempt || (shape.has_many_rates && line % 3 == 2))
    return {{"name", "Без НДС"}, {"code", "none"}, {"rate", "0"}, {"is_exempt", true}};
  const bool reduced = shape.has_many_rates && line % 3 == 1;
  return {{"name", reduced ? "10 %" : "22 %"}, {"code", "general"}, {"rate", reduced ? "10" : "22"}, {"is_exempt", false}};
}

json::object data_of(const Shape& shape) {
  json::object data = sample();
  const json::object line = data["lines"].as_array().at(0).as_object();
  json::array lines;
  std::int64_t total = 0, vat_total = 0;
  std::map<std::string, std::pair<json::object, std::pair<std::int64_t, std::int64_t>>> sums;
  for (int i = 0; i < shape.lines; ++i) {
    json::object one = line;
    const std::int64_t amount = 123'456'78 + i;
    json::object rate = rate_of(shape, i);
    const bool exempt = rate["is_exempt"].as_bool();
    const std::int64_t percent = exempt ? 0 : rate["rate"].as_string() == "10" ? 10 : 22;
    const std::int64_t vat = (amount * percent * 2 + 100 + percent) / (2 * (100 + percent));
    one["position"] = i + 1;
    one["name"] = "Строка-" + std::to_string(i + 1) + "." +
                  (shape.has_long_names ? " Комплект мебели офисной с тумбой выкатной, шкафом для документов, подставкой, цвет орех, "
                                          "КомплектМебелиОфиснойСТумбойВыкатнойБезПробелов"
                                        : "");
    one["vat_rate"] = rate;
    one["amount"] = kopecks(amount);
    one["vat_amount"] = kopecks(vat);
    one["net_amount"] = kopecks(amount - vat);
    lines.push_back(one);
    total += amount;
    vat_total += vat;
    auto& sum = sums[std::string(rate["name"].as_string())];
    sum.first = rate;
    sum.second.first += amount - vat;
    sum.second.second += vat;
  }
  data["lines"] = lines;
  json::array totals;
  for (auto& [name, sum] : sums) {
    sum.first["net_amount"] = kopecks(sum.second.first);
    sum.first["vat_amount"] = kopecks(sum.second.second);
    totals.push_back(sum.first);
  }
  data["vat_totals"] = totals;
  auto& document = data["document"].as_object();
  document["amount"] = kopecks(total);
  document["vat_amount"] = kopecks(vat_total);
  document["net_amount"] = kopecks(total - vat_total);
  document["vat_mode"] = shape.is_exempt ? "exempt" : "included";
  if (shape.is_sole_trader) {
    auto& seller = data["seller"].as_object();
    seller["name"] = "ИП Кузнецова А. П.";
    seller["legal_name"] = "Индивидуальный предприниматель Кузнецова Анна Петровна";
    seller["inn"] = "500100732259";
    seller["kpp"] = nullptr;
    seller["ogrn"] = "304500116000157";
    seller["director_name"] = "Кузнецова Анна Петровна";
    seller["accountant_name"] = nullptr;
  }
  return data;
}

constexpr Shape kShapes[] = {
    {1}, {20, false, true, true, false}, {200, false, false, true, false}, {3, true, false, false, true}, {1, true, true, false, false}};

// Visible text in the order of the page, without drawing it.
std::string text_of(const Node& node) {
  if (node.style.display == Display::kNone) return {};
  std::string out = node.text;
  for (const auto& child : node.children) out += text_of(*child);
  return node.is_block() ? out + "\n" : out;
}

int count_of(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

void for_all(const std::function<void(const Form&, const Shape&, const std::string& html)>& check) {
  for (const auto& form : shipped_forms()) {
    const Template parsed = Template::parse(form.html);
    for (const auto& shape : kShapes) {
      SCOPED_TRACE(form.key + ", lines " + std::to_string(shape.lines) + (shape.is_sole_trader ? ", sole trader" : ""));
      check(form, shape, render_html(parsed, data_of(shape), "ru"));
    }
  }
}

TEST(ShippedForms, are_those_that_a_russian_company_needs) {
  std::string keys;
  for (const auto& form : shipped_forms()) keys += form.key + " ";
  EXPECT_EQ(keys, "act contract correction invoice quote reconciliation tax_invoice torg12 upd ");
}

TEST(ShippedForms, name_each_line_once_and_the_sum_in_words) {
  for_all([](const Form& form, const Shape& shape, const std::string& html) {
    const Page page = parse_page(html);
    const std::string text = text_of(*page.body);
    // Rows of their own: documents of a period, and what a correction changes (tested where its data are made).
    if (form.key == "reconciliation" || form.key == "correction") return;
    EXPECT_EQ(count_of(text, "Строка-"), shape.lines);
    const json::object data = data_of(shape);
    const auto amount = base::parse_decimal(std::string_view(data.at("document").at("amount").as_string()), 2);
    EXPECT_NE(text.find(decimal_text(*amount, 2, 2)), std::string::npos) << "the total";
    if (form.key == "upd" || form.key == "tax_invoice") return;
    EXPECT_NE(text.find(sum_in_words(*amount, "RUB")), std::string::npos);
  });
}

TEST(ShippedForms, leave_no_stray_mark_where_a_requisite_is_missing) {
  for_all([](const Form&, const Shape& shape, const std::string& html) {
    const std::string text = text_of(*parse_page(html).body);
    if (shape.is_sole_trader) {
      EXPECT_EQ(text.find("500100732259/"), std::string::npos) << "a slash before no КПП";
      EXPECT_EQ(text.find("500100732259, КПП"), std::string::npos);
    }
    for (const char* stray : {"null", "{{", "}}", ", ,", "КПП ,"}) EXPECT_EQ(text.find(stray), std::string::npos) << stray;
  });
}

TEST(ShippedForms, stay_within_the_width_of_their_page) {
  const FontLoan fonts;
  for_all([&](const Form&, const Shape&, const std::string& html) {
    const Page page = parse_page(html);
    const double width = page.setup.width - page.setup.margin.across();
    const Fragment fragment = Layout(fonts.context()).box(*page.body, width);
    for (const auto& item : fragment.items) {
      ASSERT_GE(item.box.left, -1);
      ASSERT_LE(item.box.right, width + 1);
    }
  });
}

TEST(ShippedForms, say_without_vat_and_zero_vat_differently) {
  const json::object exempt = data_of({3, true, false, false, true});
  const std::string invoice = text_of(*parse_page(render_html(Template::parse(find_shipped_form("invoice")->html), exempt, "ru")).body);
  EXPECT_NE(invoice.find("Без налога (НДС)"), std::string::npos);
  json::object zero = data_of({1});
  for (const char* list : {"lines", "vat_totals"}) {
    auto& one = zero[list].as_array().at(0).as_object();
    one["vat_amount"] = "0.00";
    (one.contains("vat_rate") ? one["vat_rate"].as_object() : one)["rate"] = "0";
  }
  const std::string taxed = text_of(*parse_page(render_html(Template::parse(find_shipped_form("invoice")->html), zero, "ru")).body);
  EXPECT_EQ(taxed.find("Без налога"), std::string::npos);
  EXPECT_NE(taxed.find("НДС 0%"), std::string::npos);
}

TEST(ShippedForms, write_the_preamble_of_a_contract_in_its_cases) {
  const std::string text = text_of(*parse_page(render_html(Template::parse(find_shipped_form("contract")->html), data_of({1}), "ru")).body);
  EXPECT_NE(text.find("в лице генерального директора Иванова Ивана Ивановича, действующего на основании Устава"), std::string::npos)
      << text.substr(0, 800);
}

TEST(ShippedForms, become_pdf_docx_and_xlsx) {
  for (const auto& form : shipped_forms()) {
    const std::string html = render_html(Template::parse(form.html), data_of({20, false, true, true, false}), "ru");
    EXPECT_TRUE(to_pdf(html).starts_with("%PDF-")) << form.key;
    EXPECT_TRUE(to_docx(html).starts_with("PK")) << form.key;
    EXPECT_TRUE(to_xlsx(html).starts_with("PK")) << form.key;
  }
}

}  // namespace

}  // namespace print
