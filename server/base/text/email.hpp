// E-mail addresses: the form that duplicates, mail filing and search compare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

struct EmailAddress {
  std::string raw;     // as it stood, trimmed
  std::string value;   // lower case, domain in ASCII (UTS 46, non-transitional); the best guess when not valid
  bool valid = false;  // RFC 5321 lengths and RFC 5322 dot-atom (RFC 6531 letters); a domain of at least two labels
  // Latin letters were put for Cyrillic ones that look alike («ivаnov@mail.ru»): believe, but show.
  bool has_lookalikes = false;
  std::string name;  // «Иван Петров» of «Иван Петров <ivan@mail.ru>»
};

// Takes off white space, `mailto:`, a display name, brackets and closing punctuation; understands [at], (at), [dot] and a comma
// for a dot. Text without '@' gives valid = false and the trimmed text as value.
EmailAddress normalize_email(std::string_view text);

// The addresses of a cell that may hold several, separated by commas, semicolons, slashes, white space. Empty when there is
// nothing but separators.
std::vector<EmailAddress> split_emails(std::string_view cell);

}  // namespace base
