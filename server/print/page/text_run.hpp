// The text of one paragraph before it is broken into lines. Inside of server/print/page.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/print/page/layout.hpp"

namespace print {

struct Layout::Text {
  struct Run {
    std::size_t begin, end;  // bytes
    const Style* style;
  };
  struct Object {
    std::size_t at;
    std::shared_ptr<const Picture> picture;
    double width, height;
  };
  const Style* style = nullptr;
  std::string bytes;
  std::vector<Run> runs;
  std::vector<Object> pictures;
  bool ends_with_space = true;  // white space at the beginning is dropped
};

}  // namespace print
