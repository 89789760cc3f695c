#include "server/entity/formula/type.hpp"

#include <algorithm>
#include <array>

namespace formula {

struct Type::Detail {
  std::vector<Type> parts;  // list, range: the element; function: parameters, then the result
  Fields fields;
  std::shared_ptr<const FieldSource> source;
};

namespace {
const Type kAnyType;
}  // namespace

Type Type::list(Type element) {
  Type out(Kind::kList);
  out.detail_ = std::make_shared<const Detail>(Detail{{std::move(element)}, {}, nullptr});
  return out;
}

Type Type::range(Type element) {
  Type out(Kind::kRange);
  out.detail_ = std::make_shared<const Detail>(Detail{{std::move(element)}, {}, nullptr});
  return out;
}

Type Type::context(Fields fields) {
  Type out(Kind::kContext);
  out.detail_ = std::make_shared<const Detail>(Detail{{}, std::move(fields), nullptr});
  return out;
}

Type Type::record(std::shared_ptr<const FieldSource> source) {
  Type out(Kind::kContext);
  out.detail_ = std::make_shared<const Detail>(Detail{{}, {}, std::move(source)});
  return out;
}

Type Type::function(std::vector<Type> parameters, Type result) {
  Type out(Kind::kFunction);
  parameters.push_back(std::move(result));
  out.detail_ = std::make_shared<const Detail>(Detail{std::move(parameters), {}, nullptr});
  return out;
}

const Type& Type::element() const { return (kind_ == Kind::kList || kind_ == Kind::kRange) && detail_ ? detail_->parts.front() : kAnyType; }

const Type* Type::field(std::string_view name) const {
  if (kind_ != Kind::kContext || !detail_) return nullptr;
  if (detail_->source) return detail_->source->field(name);
  for (const auto& [key, type] : detail_->fields) {
    if (key == name) return &type;
  }
  return nullptr;
}

std::vector<std::string> Type::field_names() const {
  std::vector<std::string> out;
  if (kind_ != Kind::kContext || !detail_) return out;
  if (detail_->source) return detail_->source->names();
  for (const auto& entry : detail_->fields) out.push_back(entry.first);
  return out;
}

std::vector<Type> Type::parameters() const {
  if (kind_ != Kind::kFunction || !detail_) return {};
  return {detail_->parts.begin(), detail_->parts.end() - 1};
}

bool Type::has_known_fields() const { return kind_ == Kind::kContext && detail_ != nullptr; }

const Type& Type::result() const { return kind_ == Kind::kFunction && detail_ ? detail_->parts.back() : kAnyType; }

std::string Type::name() const {
  static constexpr std::array<const char*, 14> kNames{"Any",
                                                      "Null",
                                                      "boolean",
                                                      "number",
                                                      "string",
                                                      "date",
                                                      "time",
                                                      "date and time",
                                                      "days and time duration",
                                                      "years and months duration",
                                                      "list",
                                                      "context",
                                                      "range",
                                                      "function"};
  std::string out = kNames[static_cast<std::size_t>(kind_)];
  if ((kind_ == Kind::kList || kind_ == Kind::kRange) && !element().is_any()) out += "<" + element().name() + ">";
  return out;
}

bool Type::fits(const Type& target) const {
  if (is_any() || is_null() || target.is_any() || target.is_null()) return true;
  if (kind_ != target.kind_) return false;
  if (kind_ == Kind::kList || kind_ == Kind::kRange) return element().fits(target.element());
  return true;
}

Type Type::common(const Type& a, const Type& b) {
  if (a.is_null()) return b;
  if (b.is_null()) return a;
  if (a.kind_ != b.kind_) return any();
  if (a.kind_ == Kind::kList) return list(common(a.element(), b.element()));
  if (a.kind_ == Kind::kRange) return range(common(a.element(), b.element()));
  if (a.kind_ == Kind::kContext) {
    if (a.detail_ == b.detail_) return a;
    if (!a.detail_ || !b.detail_ || a.detail_->source || b.detail_->source) return Type(Kind::kContext);
    Fields fields = a.detail_->fields;
    for (const auto& field : b.detail_->fields) {
      const auto it = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == field.first; });
      if (it == fields.end())
        fields.push_back(field);
      else
        it->second = common(it->second, field.second);
    }
    return context(std::move(fields));
  }
  if (a.kind_ == Kind::kFunction) return a.detail_ == b.detail_ ? a : Type(Kind::kFunction);
  return a;
}

Scope& Scope::add(std::string name, Type type) {
  names_.emplace_back(std::move(name), std::move(type));
  return *this;
}

const Type* Scope::find(std::string_view name) const {
  for (const auto& [key, type] : names_) {
    if (key == name) return &type;
  }
  return nullptr;
}

}  // namespace formula
