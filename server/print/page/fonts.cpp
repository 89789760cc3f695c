#include "server/print/page/fonts.hpp"

#include <fontconfig/fontconfig.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"

namespace print {

namespace {

// Fontconfig and FreeType open fonts by path: each font is a file in memory with a path below /proc.
int file_in_memory(std::string_view content) {
  const int file = memfd_create("font", MFD_CLOEXEC);
  if (file < 0) throw base::Error::internal("no memory for a font");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t count = write(file, content.data() + done, content.size() - done);
    if (count <= 0) throw base::Error::internal("no memory for a font");
    done += static_cast<std::size_t>(count);
  }
  return file;
}

// Of the program; threads that print are joined before it ends.
class Fonts {
 public:
  // They become what Fontconfig has at all, before Pango first asks it: it never reads the system's, and no font map needs a
  // configuration of its own, whose reference Pango 1.50 would keep when the map goes.
  Fonts() {
    FcConfig* config = FcConfigCreate();
    for (const auto& font : base::resources_below("generated/fonts/")) {
      const std::string path = "/proc/self/fd/" + std::to_string(file_in_memory(font.content));
      if (!FcConfigAppFontAddFile(config, reinterpret_cast<const FcChar8*>(path.c_str())))
        throw base::Error::internal("a font of the program is unreadable");
    }
    FcConfigSetCurrent(config);
    FcConfigDestroy(config);  // the current one stays
  }
  // Fontconfig finds its parts by distances instead of pointers: what stayed would look lost to LeakSanitizer.
  ~Fonts() {
    for (PangoFontMap* map : free_) g_object_unref(map);
    FcConfigSetCurrent(nullptr);
  }
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  PangoFontMap* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    PangoFontMap* map = free_.back();
    free_.pop_back();
    return map;
  }
  void put_back(PangoFontMap* map) {
    const std::lock_guard lock(mutex_);
    if (free_.size() < kKept)
      free_.push_back(map);
    else
      g_object_unref(map);
  }

 private:
  static constexpr std::size_t kKept = 4;
  std::mutex mutex_;
  std::vector<PangoFontMap*> free_;
};

Fonts& fonts() {
  static Fonts fonts;
  return fonts;
}

}  // namespace

FontLoan::FontLoan() : map_(fonts().take()), context_(pango_font_map_create_context(map_)) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_, options);
  cairo_font_options_destroy(options);
  pango_cairo_context_set_resolution(context_, 72);
  pango_context_set_round_glyph_positions(context_, FALSE);
  pango_context_set_language(context_, pango_language_from_string("ru"));
}

FontLoan::~FontLoan() {
  g_object_unref(context_);
  fonts().put_back(map_);
}

}  // namespace print
