// text, long_text: TEXT with a folded form where filterable and a sort key where sortable.
#include <algorithm>
#include <memory>

#include "server/base/text/codes.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

// Both databases index the folded form; PostgreSQL refuses index rows over 2704 bytes.
constexpr std::size_t kMaxFoldBytes = 2000;

std::string fold_for_index(std::string_view text) {
  std::string folded = base::fold(text);
  if (folded.size() > kMaxFoldBytes) {
    auto end = kMaxFoldBytes;
    while (end > 0 && (static_cast<unsigned char>(folded[end]) & 0xC0) == 0x80) --end;
    folded.resize(end);
  }
  return folded;
}

// Stored without spaces and hyphens when it is right or only its check digit is wrong, else as it stood. Doubt is
// marked, never mended.
Value parse_code(std::string_view text, ParseContext& context) {
  const auto kind = base::find_code_kind(context.field.format);
  auto check = base::check_code(*kind, text);
  if (check.valid()) return std::move(check.value);
  add_mark(context, check.fault, text);
  if (check.fault == "check_digit") return std::move(check.value);
  return std::string(text);
}

class TextType final : public TextColumnType {
 public:
  TextType(std::string_view name, std::int64_t max_length, bool is_single_line)
      : TextColumnType(name), max_length_(max_length), is_single_line_(is_single_line) {}

  std::vector<Column> columns(const FieldDef& field) const override {
    std::vector<Column> result{{"", ColumnKind::kText}};
    if (field.filterable || field.unique) result.push_back({"__fold", ColumnKind::kText, true});
    if (field.sortable) result.push_back({"__sort", ColumnKind::kBlob, true});
    return result;
  }

  Comparison comparison(const FieldDef&) const override { return Comparison::kText; }

  // Stored byte for byte; only a text of nothing but white space counts as empty.
  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    auto text = text_of(input, context.field.max_length.value_or(max_length_), context);
    if (!text || is_blank(*text)) return {};
    if (is_single_line_ && text->find_first_of("\r\n") != std::string::npos) {
      add_error(context, "line_break");
      return {};
    }
    if (context.field.format.empty()) return *std::move(text);
    return parse_code(*text, context);
  }

  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override {
    int count = TextColumnType::bind(field, value, statement, first);
    const auto* text = std::get_if<std::string>(&value);
    const bool has_text = text && !text->empty();
    if (field.filterable || field.unique) {
      if (has_text) {
        statement.bind_text(first + count, fold_for_index(*text));
      } else {
        statement.bind_null(first + count);
      }
      ++count;
    }
    if (field.sortable) {
      if (has_text) {
        statement.bind_blob(first + count, base::sort_key(*text));
      } else {
        statement.bind_null(first + count);
      }
      ++count;
    }
    return count;
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (!field.format.empty() && !base::find_code_kind(field.format)) {
      add_declaration_error(errors, field, "format", "unknown_format", {{"value", field.format}});
    }
    if (field.max_length && (*field.max_length < 1 || *field.max_length > max_length_)) {
      add_declaration_error(errors, field, "max_length", "out_of_range", {{"max", std::to_string(max_length_)}});
    }
    if (!is_single_line_ && field.sortable) add_declaration_error(errors, field, "sortable", "not_supported");
    if (!is_single_line_ && field.unique) add_declaration_error(errors, field, "unique", "not_supported");
  }

 private:
  std::int64_t max_length_;
  bool is_single_line_;
};

}  // namespace

void add_text_types(TypeList& out) {
  out.push_back(std::make_unique<TextType>("text", 2000, true));
  out.push_back(std::make_unique<TextType>("long_text", 1'000'000, false));
}

}  // namespace entity
