#include "server/entity/match/features.hpp"

#include <algorithm>

#include "server/base/text/codes.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/match/normalize.hpp"

namespace match {

namespace {

constexpr std::size_t kMostWords = 24;
constexpr char kFieldEnd = '\x1e', kValueEnd = '\x1f', kFormMark = '\x1d';

void add_once(std::vector<std::string>& values, std::string value) {
  if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
}

// Stored numbers come in E.164: nothing is left to parse.
bool is_e164(std::string_view raw) {
  return raw.size() >= 8 && raw.size() <= 16 && raw[0] == '+' &&
         std::all_of(raw.begin() + 1, raw.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void add_phones(std::string_view raw, std::string_view region, std::vector<std::string>& out) {
  if (is_e164(raw)) return add_once(out, std::string(raw.substr(1)));
  for (const auto& entry : base::split_phones(raw, region)) {
    if (entry.number.valid && !entry.number.e164.empty())
      add_once(out, entry.number.e164.substr(1));
    else if (auto digits = base::digits(entry.raw); digits.size() >= 5 && digits.size() <= 13)
      add_once(out, "?" + digits);
  }
}

void add_inn(std::string_view raw, std::vector<std::string>& out) {
  const std::string digits = base::digits(raw);
  if (digits.size() < 8) return;
  if (base::check_code(base::CodeKind::kInn, digits).valid()) return add_once(out, digits);
  if (auto restored = base::restore_leading_zeros(base::CodeKind::kInn, digits)) return add_once(out, *restored);
  add_once(out, "?" + digits);
}

std::string site_domain(std::string_view raw) {
  std::string text = base::fold(raw);
  for (const std::string_view prefix : {"http://", "https://", "www."}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  return text.substr(0, text.find_first_of("/:?#"));
}

std::string plain(std::string_view raw) {
  std::string out;
  const std::string folded = base::fold(raw);
  for (const auto word : base::words(folded)) out += skeleton(word);
  return out;
}

void add_words(std::string_view raw, std::vector<std::string>& out) {
  const std::string folded = base::fold(mend_script(raw));
  for (const auto word : base::words(folded)) {
    if (auto part = skeleton(word); !part.empty()) out.push_back(std::move(part));
  }
}

}  // namespace

FieldFeatures make_features(Role role, const std::vector<std::string>& raw, std::string_view region) {
  FieldFeatures out;
  for (const auto& text : raw) {
    switch (role) {
      case Role::kName:
      case Role::kPerson: {
        Name name = normalize_name(text);
        if (out.form.empty()) out.form = std::move(name.form);
        out.values.insert(out.values.end(), name.words.begin(), name.words.end());
        break;
      }
      case Role::kText: add_words(text, out.values); break;
      case Role::kPhone: add_phones(text, region, out.values); break;
      case Role::kEmail:
        for (const auto& address : base::split_emails(text)) {
          if (address.valid) add_once(out.values, address.value);
        }
        break;
      case Role::kSite: add_once(out.values, site_domain(text)); break;
      case Role::kInn: add_inn(text, out.values); break;
      case Role::kAddress:
        for (auto& word : normalize_address(text)) out.values.push_back(std::move(word));
        break;
      case Role::kTown: add_once(out.values, normalize_town(text)); break;
      case Role::kBranch:
      case Role::kCode:
      case Role::kDate:
      case Role::kCategory: add_once(out.values, plain(text)); break;
    }
  }
  if (out.values.size() > kMostWords) out.values.resize(kMostWords);
  return out;
}

std::string encode(const Features& features) {
  std::string out;
  for (const auto& field : features.fields) {
    for (const auto& value : field.values) (out += value) += kValueEnd;
    if (!field.form.empty()) (out += kFormMark) += field.form;
    out += kFieldEnd;
  }
  return out;
}

Features decode(std::string_view text, std::size_t field_count) {
  Features features;
  features.fields.resize(field_count);
  for (auto& field : features.fields) {
    const auto end = text.find(kFieldEnd);
    if (end == std::string_view::npos) break;
    std::string_view part = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (const auto form = part.find(kFormMark); form != std::string_view::npos) {
      field.form = part.substr(form + 1);
      part = part.substr(0, form);
    }
    for (auto stop = part.find(kValueEnd); stop != std::string_view::npos; stop = part.find(kValueEnd)) {
      field.values.emplace_back(part.substr(0, stop));
      part.remove_prefix(stop + 1);
    }
  }
  return features;
}

// FNV-1a over the parts with a separator, then the finisher of MurmurHash3 so that all bits depend on all bytes.
std::uint64_t stable_hash(std::string_view kind, std::string_view a, std::string_view b, std::string_view c) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto add = [&](std::string_view part) {
    for (const char byte : part) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ull;
    hash = (hash ^ 0x1f) * 1099511628211ull;
  };
  add(kind);
  add(a);
  add(b);
  add(c);
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdull;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ull;
  return hash ^ (hash >> 33);
}

std::uint64_t token_hash(Role role, std::string_view value) {
  const char kind[2] = {static_cast<char>('a' + static_cast<int>(role)), 0};
  return stable_hash(kind, value);
}

std::uint64_t whole_hash(Role role, std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  std::string all;
  for (const auto& word : words) (all += word) += ' ';
  const char kind[3] = {'w', static_cast<char>('a' + static_cast<int>(role)), 0};
  return stable_hash(kind, all);
}

std::string_view email_domain(std::string_view email) {
  const auto at = email.rfind('@');
  return at == std::string_view::npos ? std::string_view() : email.substr(at);
}

std::string_view email_local(std::string_view email) { return email.substr(0, email.rfind('@')); }

std::vector<std::uint64_t> counted_tokens(const Schema& schema, const Features& features) {
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < schema.size() && i < features.fields.size(); ++i) {
    const Role role = schema[i].role;
    if (features.fields[i].values.size() > 1 && (role == Role::kName || role == Role::kText))
      out.push_back(whole_hash(role, features.fields[i].values));
    for (const auto& value : features.fields[i].values) {
      out.push_back(token_hash(role, value));
      if (role != Role::kEmail) continue;
      out.push_back(token_hash(role, email_domain(value)));
      out.push_back(token_hash(role, email_local(value)));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace match
