#include "server/connect/export/vcard_writer.hpp"

namespace connect {

namespace {

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->as_string());
  if (const auto* link = value->if_object()) return text_of(*link, "title");
  return {};
}

// RFC 2426, section 5: backslash, comma, semicolon and line breaks are escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c != '\r') {
      if (c == '\\' || c == ',' || c == ';') out += '\\';
      out += c;
    }
  }
  return out;
}

class Card {
 public:
  void line(const std::string& name, const std::string& value) {
    std::string line = name + ":" + value;
    // No octet of a character is cut off from the others.
    std::size_t width = 75;
    while (line.size() > width) {
      std::size_t end = width;
      while (end > 1 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
      text_ += line.substr(0, end) + "\r\n ";
      line.erase(0, end);
      width = 74;
    }
    text_ += line + "\r\n";
  }
  void field(const std::string& name, const std::string& value) {
    if (!value.empty()) line(name, escaped(value));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void put_items(const json::object& record, Card& card) {
  const auto items = [&](std::string_view key, const auto& put) {
    const auto* list = record.if_contains(key);
    if (list == nullptr || !list->is_array()) return;
    for (const auto& item : list->as_array()) {
      if (const auto* object = item.if_object()) put(*object);
    }
  };
  items("phones", [&](const json::object& phone) {
    const std::string kind = text_of(phone, "kind");
    std::string number = text_of(phone, "e164").empty() ? text_of(phone, "raw") : text_of(phone, "e164");
    if (!text_of(phone, "ext").empty()) number += ";ext=" + text_of(phone, "ext");
    card.line(kind == "mobile" ? "TEL;TYPE=CELL"
              : kind == "work" ? "TEL;TYPE=WORK"
              : kind == "home" ? "TEL;TYPE=HOME"
              : kind == "fax"  ? "TEL;TYPE=FAX"
                               : "TEL",
              number);
  });
  items("emails", [&](const json::object& email) {
    const std::string kind = text_of(email, "kind");
    card.field(kind == "work"       ? "EMAIL;TYPE=WORK"
               : kind == "personal" ? "EMAIL;TYPE=HOME"
                                    : "EMAIL",
               text_of(email, "value").empty() ? text_of(email, "raw") : text_of(email, "value"));
  });
  items("addresses", [&](const json::object& address) {
    const std::string street =
        text_of(address, "street").empty() && text_of(address, "city").empty() ? text_of(address, "text") : text_of(address, "street");
    card.line(text_of(address, "kind") == "home" ? "ADR;TYPE=HOME" : "ADR;TYPE=WORK",
              ";;" + escaped(street) + ";" + escaped(text_of(address, "city")) + ";" + escaped(text_of(address, "region")) + ";" +
                  escaped(text_of(address, "postal_code")) + ";" + escaped(text_of(address, "country")));
  });
}

}  // namespace

std::string write_vcard(const json::object& record) {
  Card card;
  card.line("BEGIN", "VCARD");
  card.line("VERSION", "3.0");
  const std::string name = text_of(record, "name");
  card.line("FN", escaped(name));
  const bool is_person = record.contains("last_name") || record.contains("first_name") || record.contains("person_name");
  const std::string first = text_of(record, "first_name"), last = text_of(record, "last_name");
  if (is_person)
    card.line("N", escaped(last.empty() && first.empty() ? name : last) + ";" + escaped(first) + ";" +
                       escaped(text_of(record, "middle_name")) + ";;");
  else
    card.line("N", ";;;;");
  card.field("ORG", is_person ? text_of(record, "company") : name);
  card.field("TITLE", text_of(record, "position"));
  put_items(record, card);
  card.field("BDAY", text_of(record, "birthday"));
  card.field("NOTE", text_of(record, "description"));
  card.field("UID", text_of(record, "uid"));
  card.line("END", "VCARD");
  return card.take();
}

}  // namespace connect
