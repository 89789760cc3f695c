// Bytes read from a socket and not yet consumed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace http::internal {

class InputBuffer {
 public:
  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  bool is_empty() const { return begin_ == end_; }
  char* free_space() { return data_.get() + end_; }
  std::size_t free_size() const { return capacity_ - end_; }
  void added(std::size_t size) { end_ += size; }
  void consume(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Makes `size` bytes of free space: moves the content to the front, grows when that is not enough. Breaks views.
  void make_room(std::size_t size) {
    if (free_size() >= size) return;
    const std::size_t used = end_ - begin_;
    if (capacity_ - used >= size) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      const std::size_t capacity = std::max(used + size, capacity_ * 2);
      std::unique_ptr<char[]> data(new char[capacity]);
      if (used > 0) std::memcpy(data.get(), data_.get() + begin_, used);
      data_ = std::move(data);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }
  void append(std::string_view bytes) {
    make_room(bytes.size());
    if (!bytes.empty()) std::memcpy(free_space(), bytes.data(), bytes.size());
    added(bytes.size());
  }
  // Gives the memory back; for an empty buffer.
  void release() { *this = InputBuffer(); }
  std::size_t capacity() const { return capacity_; }

  InputBuffer() = default;
  InputBuffer(InputBuffer&& other) noexcept { *this = std::move(other); }
  InputBuffer& operator=(InputBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    return *this;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace http::internal
