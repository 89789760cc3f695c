#include "server/entity/read/page/cursor.hpp"

#include <cstring>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kMaxCursorBytes = 4000;

// FNV-1a, 64 bits (draft-eastlake-fnv): only guards against mix-ups.
class Hasher {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash_ = (hash_ ^ 0xFFu) * 1099511628211u;
  }
  void add(std::int64_t number) { add(std::string_view(reinterpret_cast<const char*>(&number), sizeof number)); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037u;
};

void add_value(Hasher& hasher, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) hasher.add(*number);
  if (const auto* text = std::get_if<std::string>(&value)) hasher.add(*text);
  if (const auto* link = std::get_if<Link>(&value)) hasher.add(link->record_id);
}

void add_filter(Hasher& hasher, const Filter& filter, const Registry& registry) {
  hasher.add(static_cast<std::int64_t>(filter.kind));
  hasher.add(filter.text);
  if (!filter.path.empty()) {
    hasher.add(path_text(filter.path));
    hasher.add(static_cast<std::int64_t>(filter.op));
    const auto comparison = describe_terminal(registry, filter.path.back()).comparison;
    if (comparison != Comparison::kDate && comparison != Comparison::kInstant) {
      for (const auto& value : filter.values) add_value(hasher, value);
    }
  }
  for (const auto& child : filter.children) add_filter(hasher, child, registry);
  hasher.add(std::int64_t{-1});
}

std::string encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kAlphabet[buffer >> bits & 63];
    }
  }
  if (bits > 0) text += kAlphabet[buffer << (6 - bits) & 63];
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const char* found = c == '\0' ? nullptr : std::strchr(kAlphabet, c);
    if (found == nullptr) return std::nullopt;
    buffer = buffer << 6 | static_cast<std::uint32_t>(found - kAlphabet);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(buffer >> bits & 255);
    }
  }
  return bytes;
}

void append_number(std::string& bytes, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift & 255);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  std::optional<std::uint64_t> number() {
    if (rest_.size() < 8) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(8);
    return value;
  }
  // Tag 'n', 'i', 't' or 'b', then the value.
  std::optional<Bind> key() {
    if (rest_.empty()) return std::nullopt;
    const char tag = rest_.front();
    rest_.remove_prefix(1);
    if (tag == 'n') return Bind{};
    const auto size = number();
    if (!size) return std::nullopt;
    if (tag == 'i') return Bind{static_cast<std::int64_t>(*size)};
    if (*size > rest_.size()) return std::nullopt;
    std::string bytes(rest_.substr(0, *size));
    rest_.remove_prefix(*size);
    if (tag == 'b') return Bind{Blob{std::move(bytes)}};
    if (tag != 't' || !base::is_valid_utf8(bytes) || bytes.find('\0') != std::string::npos) return std::nullopt;
    return Bind{std::move(bytes)};
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::uint64_t fingerprint(const Query& query, const Registry& registry) {
  Hasher hasher;
  hasher.add(query.entity->key);
  hasher.add(std::int64_t{query.in_bin});
  for (const auto& key : query.sort) {
    hasher.add(path_text(key.path));
    hasher.add(std::int64_t{key.descending});
  }
  add_filter(hasher, query.filter, registry);
  return hasher.value();
}

std::string write_cursor(std::uint64_t fingerprint, const Position& position) {
  std::string bytes;
  append_number(bytes, fingerprint);
  append_number(bytes, static_cast<std::uint64_t>(position.id));
  for (const auto& key : position.keys) {
    if (const auto* number = std::get_if<std::int64_t>(&key)) {
      bytes += 'i';
      append_number(bytes, static_cast<std::uint64_t>(*number));
    } else if (const auto* text = std::get_if<std::string>(&key)) {
      bytes += 't';
      append_number(bytes, text->size());
      bytes += *text;
    } else if (const auto* blob = std::get_if<Blob>(&key)) {
      bytes += 'b';
      append_number(bytes, blob->bytes.size());
      bytes += blob->bytes;
    } else {
      bytes += 'n';
    }
  }
  return encode(bytes);
}

Position read_cursor(std::string_view text, std::uint64_t fingerprint, std::size_t key_count) {
  const auto bad = [] { return base::Error::field("cursor", "bad_cursor"); };
  if (text.size() > kMaxCursorBytes) throw bad();
  const auto bytes = decode(text);
  if (!bytes) throw bad();
  Reader reader(*bytes);
  if (reader.number() != fingerprint) throw bad();
  const auto id = reader.number();
  if (!id) throw bad();
  Position position;
  position.id = static_cast<std::int64_t>(*id);
  for (std::size_t i = 0; i < key_count; ++i) {
    auto key = reader.key();
    if (!key) throw bad();
    position.keys.push_back(std::move(*key));
  }
  if (!reader.at_end()) throw bad();
  return position;
}

}  // namespace entity::read
