// The typefaces of printed forms: those inside the program and no others, so that a page looks alike on every machine.
#pragma once

#include <pango/pangocairo.h>

#include <memory>

namespace print {

// A Pango context for one document. Font maps are kept and lent again: the shapes in them make later documents fast.
// Not for two threads at once; different loans are independent.
class FontLoan {
 public:
  FontLoan();
  ~FontLoan();
  FontLoan(const FontLoan&) = delete;
  FontLoan& operator=(const FontLoan&) = delete;
  PangoContext* context() const { return context_; }

 private:
  PangoFontMap* map_;
  PangoContext* context_;
};

}  // namespace print
