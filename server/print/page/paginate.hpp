// Cuts a fragment into pages. Inside of server/print.
#pragma once

#include <vector>

#include "server/print/page/fragment.hpp"

namespace print {

// What of the fragment stands on one page: from `top` to `bottom`, below the repeated head, if there is one.
struct PageSlice {
  double top = 0, bottom = 0;
  const RepeatedHead* head = nullptr;  // of the fragment
  double head_height() const { return head ? head->head.bottom - head->head.top : 0; }
};

// At least one page. `height` is that of a page's contents, more than 50 points. Throws Error resource_exhausted
// "print_too_large" for more than 2 000 pages.
std::vector<PageSlice> paginate(const Fragment& fragment, double height);

}  // namespace print
