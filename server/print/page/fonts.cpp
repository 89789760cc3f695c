#include "server/print/page/fonts.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
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

// Lives as long as the program, as do the files.
FcConfig* font_config() {
  static FcConfig* const config = [] {
    FcConfig* made = FcConfigCreate();
    for (const auto& font : base::resources_below("generated/fonts/")) {
      const std::string path = "/proc/self/fd/" + std::to_string(file_in_memory(font.content));
      if (!FcConfigAppFontAddFile(made, reinterpret_cast<const FcChar8*>(path.c_str())))
        throw base::Error::internal("a font of the program is unreadable");
    }
    return made;
  }();
  return config;
}

struct Pool {
  std::mutex mutex;
  std::vector<PangoFontMap*> free;
};

Pool& pool() {
  static Pool* const pool = new Pool;  // never destroyed: threads may print while the program ends
  return *pool;
}

constexpr std::size_t kKept = 4;

PangoFontMap* take_map() {
  {
    const std::lock_guard lock(pool().mutex);
    if (!pool().free.empty()) {
      PangoFontMap* map = pool().free.back();
      pool().free.pop_back();
      return map;
    }
  }
  PangoFontMap* map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), font_config());
  return map;
}

}  // namespace

FontLoan::FontLoan() : map_(take_map()), context_(pango_font_map_create_context(map_)) {
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
  const std::lock_guard lock(pool().mutex);
  if (pool().free.size() < kKept) {
    pool().free.push_back(map_);
  } else {
    g_object_unref(map_);
  }
}

}  // namespace print
