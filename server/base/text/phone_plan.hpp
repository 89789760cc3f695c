// Numbering plans as tools/phone_metadata/convert.mjs wrote them. Used by phone.cpp alone.
#pragma once

#include <boost/regex.hpp>

#include <atomic>
#include <bitset>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// A pattern over ASCII digits, compiled at its first use. Thread-safe.
class DigitPattern {
 public:
  DigitPattern() = default;
  explicit DigitPattern(std::string text) : text_(std::move(text)) {}
  DigitPattern(DigitPattern&& other) noexcept : text_(std::move(other.text_)), compiled_(other.compiled_.exchange(nullptr)) {}
  DigitPattern& operator=(DigitPattern&&) = delete;
  ~DigitPattern() { delete compiled_.load(); }

  bool empty() const { return text_.empty(); }
  bool matches(std::string_view digits) const;        // all of it
  bool matches_start(std::string_view digits) const;  // some beginning of it
  // Groups of a match at the start.
  bool match_start(std::string_view digits, boost::cmatch& groups) const;
  const boost::regex& regex() const;

 private:
  std::string text_;
  mutable std::atomic<const boost::regex*> compiled_{nullptr};
};

using Lengths = std::bitset<32>;  // of national numbers, in digits

struct PhoneKind {
  std::string name;
  DigitPattern pattern;
  Lengths lengths;  // none set: those of the general kind
  Lengths local;    // lengths that can be dialled only within an area
  bool has_number(std::string_view national) const;
};

struct PhoneFormat {
  DigitPattern pattern;
  DigitPattern leading;
  std::string format;    // "$1 $2-$3"
  std::string national;  // replaces the first group of `format` in national use: "8 ($1)"; may be empty
};

struct PhonePlan {
  std::string region;
  std::string code;  // country calling code, "7"
  DigitPattern idd;
  DigitPattern prefix;    // national prefix and carrier codes, as they are dialled
  std::string transform;  // what a national prefix with groups becomes
  DigitPattern leading;   // tells regions of one code apart
  PhoneKind general;
  std::vector<PhoneKind> kinds;
  std::vector<PhoneFormat> formats;
  std::vector<PhoneFormat> international;
};

// All plans; a plan is read at its first use and kept until the program ends. Thread-safe.
class PhonePlans {
 public:
  explicit PhonePlans(std::string_view text);
  // Of a region ("RU"), or of a calling code without one ("800"); nullptr when there is none.
  const PhonePlan* find(std::string_view key) const;
  // Regions of a calling code, the main one first; "001" stands for none. nullptr: no such code.
  const std::vector<std::string>* regions(std::string_view code) const;
  // The plan of the main region of a calling code.
  const PhonePlan* main_plan(std::string_view code) const;

 private:
  struct Entry {
    std::string_view json;
    mutable std::atomic<const PhonePlan*> plan{nullptr};
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, std::vector<std::string>, std::less<>> codes_;
};

const PhonePlans& phone_plans();

}  // namespace base
