// The parts of a workbook's ZIP package (ECMA-376 part 2) and a streaming XML reader over them (expat).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace connect {

class StoredContent;

// Limits against packages that unfold without end.
inline constexpr std::int64_t kMaxPartBytes = std::int64_t{4} << 30;       // of a sheet, read as a stream
inline constexpr std::int64_t kMaxHeldPartBytes = std::int64_t{64} << 20;  // of a part held in memory
inline constexpr std::int64_t kMaxUnfolding = 400;                         // unfolded bytes for one of the package, past 16 MB

class XlsxPackage {
 public:
  // `content` outlives it. Error invalid_argument "table_unreadable".
  explicit XlsxPackage(const StoredContent& content);
  ~XlsxPackage();

  // Bytes of a part in pieces; a new reader for every pass.
  class Part {
   public:
    virtual ~Part() = default;
    virtual std::size_t read(char* buffer, std::size_t size) = 0;  // 0 at the end
  };
  // nullptr: there is no such part. Names are compared without case and leading slash, as the standard says.
  std::unique_ptr<Part> open(std::string_view name) const;
  bool has(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Attributes of an element, names without their prefix.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }

 private:
  const char** pairs_;
};

// Reads XML piece by piece and calls back; element names come without their prefix. Throws Error table_unreadable on broken XML,
// and whatever a callback threw.
class XmlStream {
 public:
  struct Callbacks {
    std::function<void(std::string_view name, const XmlAttributes&)> start;
    std::function<void(std::string_view name)> end;
    std::function<void(std::string_view text)> text;
  };
  XmlStream(std::unique_ptr<XlsxPackage::Part> part, Callbacks callbacks);
  ~XmlStream();
  // One more piece; false at the end of the part.
  bool read_piece();
  void read_all();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace connect
