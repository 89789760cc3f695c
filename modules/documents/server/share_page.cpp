// The page behind a share link: plain HTML without scripts, readable on a phone.
#include "modules/documents/server/share.hpp"

namespace documents {

namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1f2430;background:#f4f5f7;margin:0;padding:24px 12px}main{max-width:820px;margin:0 "
    "auto;background:#fff;"
    "border:1px solid #e2e5ea;border-radius:12px;padding:28px}h1{font-size:22px;margin:0 0 4px}.by{color:#5a6372;margin:0 0 "
    "20px}.scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}th,td{padding:8px 10px;border-bottom:1px solid #e9ebef;text-align:left;vertical-align:top}"
    "th{font-weight:600;color:#5a6372;font-size:13px}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.sum{font-"
    "weight:700}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{color:#5a6372}dd{margin:0}img{max-height:56px}"
    "button{font:inherit;font-weight:600;color:#fff;background:#2f6f4f;border:0;border-radius:8px;padding:10px "
    "20px;cursor:pointer}.ok{color:#2f6f4f;font-weight:600}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

// The text of a member, "" where it is null or absent.
std::string of(const json::value& value, std::string_view member) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(member);
  if (found == nullptr || !found->is_string()) return {};
  return escaped(found->as_string());
}

std::string day(const std::string& iso) {
  return iso.size() == 10 ? iso.substr(8, 2) + "." + iso.substr(5, 2) + "." + iso.substr(0, 4) : iso;
}

// "1234567.50" → "1 234 567,50" (ru) or "1,234,567.50" (en); decimals as they are.
std::string grouped(std::string text, bool is_russian) {
  auto point = text.find('.');
  if (point == std::string::npos)
    point = text.size();
  else if (is_russian)
    text[point] = ',';
  const std::size_t first = !text.empty() && text.front() == '-' ? 1 : 0;
  for (std::size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, is_russian ? "\u00a0" : ",");
  return text;
}

class Page {
 public:
  Page(const json::object& data, const base::Localizer& texts, std::string_view language, std::string_view token)
      : data_(data), texts_(texts), language_(language), token_(token) {}

  std::string make() {
    html_ = "<!doctype html><html lang=\"" + std::string(language_) +
            "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>";
    const bool is_closed = data_.empty();
    const std::string title = is_closed ? text("closed") : heading();
    html_ += title + "</title><style>" + std::string(kStyle) + "</style></head><body><main>";
    if (const std::string logo = is_closed ? std::string() : of(data_.at("images"), "logo"); !logo.empty())
      html_ += "<img alt=\"\" src=\"" + logo + "\">";
    html_ += "<h1>" + title + "</h1>";
    if (!is_closed) body();
    return html_ + "</main></body></html>";
  }

 private:
  std::string text(const std::string& key) const { return escaped(texts_.text(language_, "documents.share." + key)); }
  std::string money(const std::string& amount) const { return grouped(amount, language_ == "ru"); }
  const json::value& document() const { return data_.at("document"); }

  std::string heading() const {
    const std::string kind = of(document(), "kind");
    return escaped(texts_.text(language_, "entities." + kind + ".one")) + " № " + of(document(), "number") + ", " +
           day(of(document(), "date"));
  }

  void body() {
    html_ += "<p class=\"by\">" + of(data_.at("seller"), "name") + " → " + of(data_.at("buyer"), "name") +
             "</p><div class=\"scroll\"><table><thead><tr>";
    for (const char* column : {"name", "quantity", "price", "amount"})
      html_ += std::string("<th") + (column[0] == 'n' ? ">" : " class=\"n\">") + text(column) + "</th>";
    html_ += "</tr></thead><tbody>";
    for (const auto& line : data_.at("lines").as_array()) {
      html_ += "<tr><td>" + of(line, "name") + "</td><td class=\"n\">" + grouped(of(line, "quantity"), language_ == "ru") + " " +
               of(line.at("unit"), "name") + "</td><td class=\"n\">" + money(of(line, "price")) + "</td><td class=\"n\">" +
               money(of(line, "amount")) + "</td></tr>";
    }
    html_ += "</tbody><tfoot><tr class=\"sum\"><td colspan=\"3\">" + text("total") + "</td><td class=\"n\">" +
             money(of(document(), "amount")) + " " + of(document(), "currency") + "</td></tr>";
    for (const auto& total : data_.at("vat_totals").as_array())
      html_ += "<tr><td colspan=\"3\">" + of(total, "name") + "</td><td class=\"n\">" + money(of(total, "vat_amount")) + "</td></tr>";
    html_ += "</tfoot></table></div><dl>";
    fact("valid_until", day(of(document(), "valid_until")));
    fact("due_date", day(of(document(), "due_date")));
    for (const char* terms : {"delivery_terms", "payment_terms", "warranty_terms", "conditions"}) fact(terms, of(document(), terms));
    const auto& manager = data_.at("manager");
    fact("manager", of(manager, "name") + (of(manager, "phone").empty() ? "" : ", " + of(manager, "phone")) +
                        (of(manager, "email").empty() ? "" : ", " + of(manager, "email")));
    html_ += "</dl>";
    if (of(document(), "kind") == "quote" && of(document(), "state") == "sent")
      html_ += "<form method=\"post\" action=\"/api/v1/shared/" + escaped(token_) + ":accept\"><button type=\"submit\">" + text("accept") +
               "</button></form>";
    if (of(document(), "state") == "accepted") html_ += "<p class=\"ok\">" + text("accepted") + "</p>";
  }

  void fact(const std::string& key, const std::string& value) {
    if (!value.empty()) html_ += "<dt>" + text(key) + "</dt><dd>" + value + "</dd>";
  }

  const json::object& data_;
  const base::Localizer& texts_;
  const std::string_view language_, token_;
  std::string html_;
};

}  // namespace

std::string share_page(const json::object& data, const base::Localizer& texts, std::string_view language, std::string_view token) {
  return Page(data, texts, language, token).make();
}

}  // namespace documents
