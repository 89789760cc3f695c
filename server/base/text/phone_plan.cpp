#include "server/base/text/phone_plan.hpp"

#include <mutex>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/base/program/resources.hpp"

namespace base {

namespace {

std::mutex& compile_mutex() {
  static std::mutex mutex;
  return mutex;
}

Lengths read_lengths(const json::object& object, std::string_view key) {
  Lengths lengths;
  if (const json::array* list = json_array(object, key)) {
    for (const json::value& length : *list) lengths.set(static_cast<std::size_t>(length.as_int64()));
  }
  return lengths;
}

PhoneKind read_kind(std::string name, const json::object& object) {
  return {std::move(name), DigitPattern(json_string(object, "pattern")), read_lengths(object, "lengths"), read_lengths(object, "local")};
}

std::vector<PhoneFormat> read_formats(const json::object& object, std::string_view key) {
  std::vector<PhoneFormat> formats;
  if (const json::array* list = json_array(object, key)) {
    for (const json::value& item : *list) {
      const json::object& rule = item.as_object();
      formats.push_back({DigitPattern(json_string(rule, "pattern")), DigitPattern(json_string(rule, "leading")),
                         json_string(rule, "format"), json_string(rule, "national")});
    }
  }
  return formats;
}

std::unique_ptr<const PhonePlan> read_plan(std::string_view region, std::string_view text) {
  const json::value parsed = parse_json(text);
  const json::object& object = parsed.as_object();
  const json::object* general = json_object(object, "general");
  if (!general) throw Error::internal("a numbering plan without a general kind");
  std::unique_ptr<PhonePlan> plan(new PhonePlan{
      .region = std::string(region[0] >= '0' && region[0] <= '9' ? "001" : region),
      .code = std::to_string(json_int(object, "code")),
      .idd = DigitPattern(json_string(object, "idd")),
      .prefix = DigitPattern(json_string(object, "prefix")),
      .transform = json_string(object, "transform"),
      .leading = DigitPattern(json_string(object, "leading")),
      .general = read_kind("general", *general),
      .kinds = {},
      .formats = read_formats(object, "formats"),
      .international = read_formats(object, "international"),
  });
  if (const json::object* kinds = json_object(object, "kinds")) {
    for (const auto& member : *kinds) plan->kinds.push_back(read_kind(std::string(member.key()), member.value().as_object()));
  }
  for (PhoneKind& kind : plan->kinds) {
    if (kind.lengths.none()) kind.lengths = plan->general.lengths;
  }
  return plan;
}

}  // namespace

const boost::regex& DigitPattern::regex() const {
  const boost::regex* compiled = compiled_.load(std::memory_order_acquire);
  if (compiled) return *compiled;
  const std::lock_guard lock(compile_mutex());
  if (!compiled_.load(std::memory_order_relaxed)) compiled_.store(new boost::regex(text_), std::memory_order_release);
  return *compiled_.load(std::memory_order_relaxed);
}

bool DigitPattern::matches(std::string_view digits) const {
  return boost::regex_match(digits.data(), digits.data() + digits.size(), regex());
}

bool DigitPattern::matches_start(std::string_view digits) const {
  return boost::regex_search(digits.data(), digits.data() + digits.size(), regex(), boost::match_continuous);
}

bool DigitPattern::match_start(std::string_view digits, boost::cmatch& groups) const {
  return boost::regex_search(digits.data(), digits.data() + digits.size(), groups, regex(), boost::match_continuous);
}

bool PhoneKind::has_number(std::string_view national) const {
  return national.size() < lengths.size() && lengths.test(national.size()) && pattern.matches(national);
}

PhonePlans::PhonePlans(std::string_view text) {
  const std::size_t first = text.find('\n');
  const json::value codes = parse_json(text.substr(0, first));
  for (const auto& member : codes.as_object()) {
    std::vector<std::string>& regions = codes_[std::string(member.key())];
    for (const json::value& region : member.value().as_array()) regions.emplace_back(region.as_string().c_str());
  }
  for (std::size_t at = first + 1; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t gap = line.find(' ');
    if (gap != std::string_view::npos) entries_[std::string(line.substr(0, gap))].json = line.substr(gap + 1);
    at = end + 1;
  }
}

const PhonePlan* PhonePlans::find(std::string_view key) const {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return nullptr;
  std::atomic<const PhonePlan*>& slot = entry->second.plan;
  if (const PhonePlan* plan = slot.load(std::memory_order_acquire)) return plan;
  std::unique_ptr<const PhonePlan> read = read_plan(key, entry->second.json);
  const PhonePlan* expected = nullptr;
  if (slot.compare_exchange_strong(expected, read.get(), std::memory_order_acq_rel)) return read.release();
  return expected;
}

const std::vector<std::string>* PhonePlans::regions(std::string_view code) const {
  const auto found = codes_.find(code);
  return found == codes_.end() ? nullptr : &found->second;
}

const PhonePlan* PhonePlans::main_plan(std::string_view code) const {
  const std::vector<std::string>* list = regions(code);
  if (!list) return nullptr;
  return find(list->front() == "001" ? code : list->front());
}

// Never destroyed: its plans are used until the last thread ends.
const PhonePlans& phone_plans() {
  static const PhonePlans* const kPlans = [] {
    const auto text = find_resource("generated/phones.txt");
    if (!text) throw Error::internal("no telephone numbering plans in the program");
    return new PhonePlans(*text);
  }();
  return *kPlans;
}

}  // namespace base
