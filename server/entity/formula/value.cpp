#include "server/entity/formula/value.hpp"

#include "server/entity/formula/run/evaluator.hpp"

namespace formula {
namespace {

void append_quoted(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append(std::string& out, const Value& value, bool inside);

void append_range(std::string& out, const Range& range) {
  if (range.low.is_null() && !range.low_included && !range.high.is_null()) {
    out += range.high_included ? "<=" : "<";
    append(out, range.high, true);
    return;
  }
  if (range.high.is_null() && !range.high_included && !range.low.is_null()) {
    out += range.low_included ? ">=" : ">";
    append(out, range.low, true);
    return;
  }
  out += range.low_included ? '[' : '(';
  append(out, range.low, true);
  out += "..";
  append(out, range.high, true);
  out += range.high_included ? ']' : ')';
}

void append_context(std::string& out, const Context& context) {
  out += '{';
  bool first = true;
  for (const auto& [name, entry] : context.entries) {
    if (!first) out += ", ";
    first = false;
    out += name + ": ";
    append(out, entry, true);
  }
  out += '}';
}

void append(std::string& out, const Value& value, bool inside) {
  switch (value.kind()) {
    case Kind::kNull: out += "null"; return;
    case Kind::kBoolean: out += *value.boolean() ? "true" : "false"; return;
    case Kind::kNumber: out += value.number()->to_string(); return;
    case Kind::kString:
      if (inside)
        append_quoted(out, *value.string());
      else
        out += *value.string();
      return;
    case Kind::kDate: out += value.date()->to_string(); return;
    case Kind::kTime: out += value.time()->to_string(); return;
    case Kind::kDateTime: out += value.date_time()->to_string(); return;
    case Kind::kDaysDuration: out += value.days_duration()->to_string(); return;
    case Kind::kMonthsDuration: out += value.months_duration()->to_string(); return;
    case Kind::kList: {
      out += '[';
      bool first = true;
      for (const auto& item : *value.list()) {
        if (!first) out += ", ";
        first = false;
        append(out, item, true);
      }
      out += ']';
      return;
    }
    case Kind::kContext: append_context(out, *value.context()); return;
    case Kind::kRange: append_range(out, *value.range()); return;
    case Kind::kFunction: out += "function"; return;
  }
}

std::optional<bool> equal_lists(const List& a, const List& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto same = equal(a[i], b[i]);
    if (!same || !*same) return same ? same : std::optional(false);
  }
  return true;
}

std::optional<bool> equal_contexts(const Context& a, const Context& b) {
  if (a.entries.size() != b.entries.size()) return false;
  for (const auto& [name, value] : a.entries) {
    const Value* other = b.find(name);
    if (other == nullptr) return false;
    const auto same = equal(value, *other);
    if (!same || !*same) return false;
  }
  return true;
}

}  // namespace

const Value* Context::find(std::string_view name) const {
  for (const auto& [key, value] : entries) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Context::set(std::string_view name, Value value) {
  for (auto& [key, old] : entries) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  entries.emplace_back(std::string(name), std::move(value));
}

Value::Value(List value) : data_(std::make_shared<const List>(std::move(value))) {}
Value::Value(Context value) : data_(std::make_shared<const Context>(std::move(value))) {}
Value::Value(Range value) : data_(std::make_shared<const Range>(std::move(value))) {}

const List* Value::list() const {
  const auto* p = std::get_if<std::shared_ptr<const List>>(&data_);
  return p ? p->get() : nullptr;
}
const Context* Value::context() const {
  const auto* p = std::get_if<std::shared_ptr<const Context>>(&data_);
  return p ? p->get() : nullptr;
}
const Range* Value::range() const {
  const auto* p = std::get_if<std::shared_ptr<const Range>>(&data_);
  return p ? p->get() : nullptr;
}
const Function* Value::function() const {
  const auto* p = std::get_if<std::shared_ptr<const Function>>(&data_);
  return p ? p->get() : nullptr;
}

std::string Value::to_string() const {
  std::string out;
  append(out, *this, false);
  return out;
}

std::optional<bool> equal(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (a.kind() != b.kind()) {
    // A list of one item stands for its item (DMN 1.5 §10.3.2.9.4).
    if (const List* list = a.list(); list && list->size() == 1 && !b.list()) return equal(list->front(), b);
    if (const List* list = b.list(); list && list->size() == 1 && !a.list()) return equal(a, list->front());
    return std::nullopt;
  }
  switch (a.kind()) {
    case Kind::kBoolean: return *a.boolean() == *b.boolean();
    case Kind::kNumber: return *a.number() == *b.number();
    case Kind::kString: return *a.string() == *b.string();
    case Kind::kDate: return *a.date() == *b.date();
    case Kind::kDaysDuration: return *a.days_duration() == *b.days_duration();
    case Kind::kMonthsDuration: return *a.months_duration() == *b.months_duration();
    case Kind::kTime: {
      const auto order = compare(*a.time(), *b.time());
      return order && *order == 0 && a.time()->zone.kind == b.time()->zone.kind;
    }
    case Kind::kDateTime: {
      // An offset and a named zone are never equal, not even at one instant (as the conformance suite has it).
      const auto order = compare(*a.date_time(), *b.date_time());
      return order && *order == 0 && a.date_time()->zone.kind == b.date_time()->zone.kind;
    }
    case Kind::kList: return equal_lists(*a.list(), *b.list());
    case Kind::kContext: return equal_contexts(*a.context(), *b.context());
    case Kind::kRange: {
      const Range &x = *a.range(), &y = *b.range();
      return x.low_included == y.low_included && x.high_included == y.high_included && equal(x.low, y.low).value_or(false) &&
             equal(x.high, y.high).value_or(false);
    }
    case Kind::kFunction: return a.function() == b.function();
    case Kind::kNull: break;
  }
  return true;
}

std::optional<std::strong_ordering> compare(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::kNumber: return *a.number() <=> *b.number();
    case Kind::kString: return *a.string() <=> *b.string();
    case Kind::kDate: return *a.date() <=> *b.date();
    case Kind::kTime: return compare(*a.time(), *b.time());
    case Kind::kDateTime: return compare(*a.date_time(), *b.date_time());
    case Kind::kDaysDuration: return *a.days_duration() <=> *b.days_duration();
    case Kind::kMonthsDuration: return *a.months_duration() <=> *b.months_duration();
    default: return std::nullopt;
  }
}

bool identical(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (const List* x = a.list()) {
    const List& y = *b.list();
    if (x->size() != y.size()) return false;
    for (std::size_t i = 0; i < x->size(); ++i) {
      if (!identical((*x)[i], y[i])) return false;
    }
    return true;
  }
  if (const Context* x = a.context()) {
    const Context& y = *b.context();
    if (x->entries.size() != y.entries.size()) return false;
    for (const auto& [name, value] : x->entries) {
      const Value* other = y.find(name);
      if (other == nullptr || !identical(value, *other)) return false;
    }
    return true;
  }
  if (const Time* t = a.time()) return *t == *b.time();
  if (const DateTime* t = a.date_time()) return *t == *b.date_time();
  return equal(a, b).value_or(false);
}

}  // namespace formula
