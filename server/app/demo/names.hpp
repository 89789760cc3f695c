// Invented people, firms and places for the demo company; pure functions of a random stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace app {

// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same stream on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(limit)); }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<std::int64_t>(from.size())))];
  }
  // 0..count-1, small numbers much more often (Zipf with exponent about 1).
  std::int64_t uneven(std::int64_t count);

 private:
  std::uint64_t state_;
};

struct Person {
  std::string last, first, middle;
  bool is_female = false;
  std::string full() const { return last + " " + first + " " + middle; }
};
Person make_person(Dice& dice);
std::string make_company_name(Dice& dice);
// Ten digits with a right check digit (ФНС rule, docs/internals/codes).
std::string make_inn(Dice& dice);
std::string make_city(Dice& dice);
std::string make_phone(Dice& dice, bool mobile);
std::string make_email(Dice& dice, std::int64_t number);
std::string make_deal_name(Dice& dice);
std::string make_task_name(Dice& dice);
std::string make_call_name(Dice& dice);
std::string make_note(Dice& dice);

}  // namespace app
