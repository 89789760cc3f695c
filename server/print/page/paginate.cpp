#include "server/print/page/paginate.hpp"

#include <algorithm>

#include "server/base/error.hpp"

namespace print {

namespace {

constexpr double kTiny = 0.01;
constexpr std::size_t kMaxPages = 2000;

class Paginator {
 public:
  Paginator(const Fragment& fragment, double height) : fragment_(fragment), height_(height) {
    for (const auto& item : fragment.items) {
      if (!item.is_above) bottom_ = std::max(bottom_, item.box.bottom);
    }
    breaks_ = fragment.breaks;
    std::sort(breaks_.begin(), breaks_.end());
    // Longest first within a level is not needed: the search goes up until nothing is cut.
    keeps_ = fragment.keeps;
    std::sort(keeps_.begin(), keeps_.end(), [](const Keep& a, const Keep& b) { return a.bottom < b.bottom; });
  }

  std::vector<PageSlice> run() {
    std::vector<PageSlice> out;
    double top = 0;
    do {
      if (out.size() >= kMaxPages)
        throw base::Error(base::ErrorCode::kResourceExhausted, "print_too_large", {{"limit", std::to_string(kMaxPages)}});
      PageSlice slice;
      slice.top = top;
      slice.head = out.empty() ? nullptr : head_at(top);
      slice.bottom = end_of(top, height_ - slice.head_height());
      out.push_back(slice);
      top = next_content(slice.bottom);
    } while (top < bottom_ - kTiny);
    return out;
  }

 private:
  const RepeatedHead* head_at(double top) const {
    const RepeatedHead* found = nullptr;
    for (const auto& head : fragment_.heads) {
      const bool goes_on = head.head.bottom <= top + kTiny && top < head.body_bottom - kTiny;
      if (goes_on && head.head.bottom - head.head.top < height_ / 2) found = &head;
    }
    return found;
  }

  double end_of(double top, double room) const {
    double limit = top + room;
    for (const double at : breaks_) {
      if (at > top + kTiny && at <= limit + kTiny) return at;
    }
    if (bottom_ <= limit + kTiny) return std::max(bottom_, top + kTiny);
    for (const KeepLevel level : {KeepLevel::kBlock, KeepLevel::kRow, KeepLevel::kLine}) {
      const double end = uncut(limit, level);
      if (end > top + kTiny) return end;
    }
    return limit;
  }

  // The largest y up to `limit` that cuts nothing of this level or below.
  double uncut(double limit, KeepLevel level) const {
    double y = limit;
    bool moved = true;
    while (moved) {
      moved = false;
      for (auto keep = keeps_.rbegin(); keep != keeps_.rend() && keep->bottom > y + kTiny; ++keep) {
        if (keep->level <= level && keep->top < y - kTiny) {
          y = keep->top;
          moved = true;
        }
      }
    }
    return y;
  }

  // The gap before the next thing is not carried over to the next page.
  double next_content(double from) const {
    double next = bottom_;
    for (const auto& item : fragment_.items) {
      if (item.is_above || item.box.bottom <= from + kTiny) continue;
      next = std::min(next, std::max(item.box.top, from));
    }
    return next;
  }

  const Fragment& fragment_;
  double height_;
  double bottom_ = 0;
  std::vector<double> breaks_;
  std::vector<Keep> keeps_;
};

}  // namespace

std::vector<PageSlice> paginate(const Fragment& fragment, double height) { return Paginator(fragment, std::max(height, 50.0)).run(); }

}  // namespace print
