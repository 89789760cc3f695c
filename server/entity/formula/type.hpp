// Static types and the names a formula may use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace formula {

// Copyable, immutable, cheap to pass.
class Type {
 public:
  enum class Kind : std::uint8_t {
    kAny,
    kNull,
    kBoolean,
    kNumber,
    kString,
    kDate,
    kTime,
    kDateTime,
    kDaysDuration,
    kMonthsDuration,
    kList,
    kContext,
    kRange,
    kFunction,
  };
  using Fields = std::vector<std::pair<std::string, Type>>;

  Type() = default;  // any
  static Type any() { return {}; }
  static Type null() { return Type(Kind::kNull); }
  static Type boolean() { return Type(Kind::kBoolean); }
  static Type number() { return Type(Kind::kNumber); }
  static Type string() { return Type(Kind::kString); }
  static Type date() { return Type(Kind::kDate); }
  static Type time() { return Type(Kind::kTime); }
  static Type date_time() { return Type(Kind::kDateTime); }
  static Type days_duration() { return Type(Kind::kDaysDuration); }
  static Type months_duration() { return Type(Kind::kMonthsDuration); }
  static Type plain(Kind kind) { return Type(kind); }  // "some list", "some context", …
  static Type list(Type element);
  // Records too: a formula reaches their fields by path. Field names may hold spaces.
  static Type context(Fields fields);
  // Fields asked for when a path first needs them, so that entities may refer to each other in circles. `resolve`
  // must give the same answer each time, is called while parsing only and outlives the type.
  class FieldSource {
   public:
    virtual ~FieldSource() = default;
    virtual const Type* field(std::string_view name) const = 0;    // nullptr: no such field
    virtual std::vector<std::string> names() const { return {}; }  // needed for names with spaces only
  };
  static Type record(std::shared_ptr<const FieldSource> source);
  static Type range(Type element);
  static Type function(std::vector<Type> parameters, Type result);

  Kind kind() const { return kind_; }
  bool is_any() const { return kind_ == Kind::kAny; }
  bool is_null() const { return kind_ == Kind::kNull; }
  const Type& element() const;                     // list, range; any otherwise
  const Type* field(std::string_view name) const;  // context; nullptr: no such field
  // False for contexts whose entries are not known: field() then answers nothing for any name.
  bool has_known_fields() const;
  std::vector<std::string> field_names() const;
  std::vector<Type> parameters() const;  // function
  const Type& result() const;            // function
  // "number", "list<string>", "context", …; for messages.
  std::string name() const;
  // True when a value of this type may stand where `target` is expected (any and null on either side always may).
  bool fits(const Type& target) const;
  // Smallest type that holds both; any when there is none.
  static Type common(const Type& a, const Type& b);

 private:
  struct Detail;
  explicit Type(Kind kind) : kind_(kind) {}
  Kind kind_ = Kind::kAny;
  std::shared_ptr<const Detail> detail_;
};

// The names at the root of a formula. Lookup is linear in the few roots a formula has.
class Scope {
 public:
  Scope() = default;
  explicit Scope(Type::Fields names) : names_(std::move(names)) {}
  Scope& add(std::string name, Type type);
  const Type* find(std::string_view name) const;
  const Type::Fields& names() const { return names_; }

 private:
  Type::Fields names_;
};

}  // namespace formula
