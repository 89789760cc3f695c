// HTML from people and mail made safe: parsed by libgumbo as a browser would, written anew from an allow-list.
#pragma once

#include <string>
#include <string_view>

namespace entity {

struct SanitisedHtml {
  std::string html;               // balanced, only allowed elements and attributes; addresses only http, https, mailto, tel, cid, or
                                  // relative
  std::string text;               // what a reader sees, words separated
  bool has_lost_content = false;  // scripts, styles, frames or attributes that could act were dropped
};
SanitisedHtml sanitise_html(std::string_view html);

}  // namespace entity
