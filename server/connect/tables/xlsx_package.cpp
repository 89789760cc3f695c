#include "server/connect/tables/xlsx_package.hpp"

#include <expat.h>
#include <zip.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "server/base/error.hpp"
#include "server/connect/files/file_store.hpp"

namespace connect {

namespace {

constexpr std::int64_t kAlwaysAllowed = 16 << 20;

[[noreturn]] void unreadable(std::string reason) {
  throw base::Error(base::ErrorCode::kInvalidArgument, "table_unreadable", {{"reason", std::move(reason)}});
}

// libzip reads the content through this; it lives inside XlsxPackage::Impl.
struct ContentSource {
  const StoredContent& content;
  std::int64_t at = 0;
  zip_error_t error{};
};

zip_int64_t read_source(void* user, void* data, zip_uint64_t size, zip_source_cmd_t command) {
  auto& source = *static_cast<ContentSource*>(user);
  switch (command) {
    case ZIP_SOURCE_OPEN: source.at = 0; return 0;
    case ZIP_SOURCE_READ: {
      const std::string piece = source.content.read(source.at, std::min<zip_uint64_t>(size, 1 << 20));
      std::memcpy(data, piece.data(), piece.size());
      source.at += static_cast<std::int64_t>(piece.size());
      return static_cast<zip_int64_t>(piece.size());
    }
    case ZIP_SOURCE_CLOSE: return 0;
    case ZIP_SOURCE_STAT: {
      auto* stat = static_cast<zip_stat_t*>(data);
      zip_stat_init(stat);
      stat->size = static_cast<zip_uint64_t>(source.content.size());
      stat->valid = ZIP_STAT_SIZE;
      return sizeof *stat;
    }
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&source.error, data, size);
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t at = zip_source_seek_compute_offset(static_cast<zip_uint64_t>(source.at),
                                                            static_cast<zip_uint64_t>(source.content.size()), data, size, &source.error);
      if (at < 0) return -1;
      source.at = at;
      return 0;
    }
    case ZIP_SOURCE_TELL: return source.at;
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
                                            ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_FREE: return 0;
    default: zip_error_set(&source.error, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

std::string part_key(std::string_view name) {
  while (name.starts_with('/')) name.remove_prefix(1);
  std::string key(name);
  for (auto& c : key) c = c == '\\' ? '/' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return key;
}

struct ZipFileClose {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

class ZipPart final : public XlsxPackage::Part {
 public:
  ZipPart(zip_file_t* file, std::int64_t packed_bytes) : file_(file), packed_bytes_(packed_bytes) {}

  std::size_t read(char* buffer, std::size_t size) override {
    const zip_int64_t got = zip_fread(file_.get(), buffer, size);
    if (got < 0) unreadable("zip");
    total_ += got;
    const bool is_bomb = total_ > kAlwaysAllowed && total_ / std::max<std::int64_t>(packed_bytes_, 1) > kMaxUnfolding;
    if (is_bomb || total_ > kMaxPartBytes)
      throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxPartBytes)}});
    return static_cast<std::size_t>(got);
  }

 private:
  std::unique_ptr<zip_file_t, ZipFileClose> file_;
  std::int64_t packed_bytes_;
  std::int64_t total_ = 0;
};

std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const auto bar = whole.rfind('|');  // namespace|name
  return bar == std::string_view::npos ? whole : whole.substr(bar + 1);
}

}  // namespace

struct XlsxPackage::Impl {
  explicit Impl(const StoredContent& content) : source{content} {}
  ~Impl() {
    if (archive != nullptr) zip_discard(archive);
  }
  ContentSource source;
  zip_t* archive = nullptr;
  std::vector<std::pair<std::string, zip_uint64_t>> parts;  // sorted by key
};

XlsxPackage::XlsxPackage(const StoredContent& content) : impl_(std::make_unique<Impl>(content)) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(read_source, &impl_->source, &error);
  if (source == nullptr) unreadable("zip");
  impl_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (impl_->archive == nullptr) {
    zip_source_free(source);
    unreadable("zip");
  }
  const zip_int64_t count = zip_get_num_entries(impl_->archive, 0);
  if (count > 100'000) unreadable("zip");
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(impl_->archive, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
    if (name != nullptr) impl_->parts.emplace_back(part_key(name), static_cast<zip_uint64_t>(i));
  }
  std::sort(impl_->parts.begin(), impl_->parts.end());
}

XlsxPackage::~XlsxPackage() = default;

bool XlsxPackage::has(std::string_view name) const {
  const std::string key = part_key(name);
  const auto at = std::lower_bound(impl_->parts.begin(), impl_->parts.end(), std::pair(key, zip_uint64_t{0}));
  return at != impl_->parts.end() && at->first == key;
}

std::unique_ptr<XlsxPackage::Part> XlsxPackage::open(std::string_view name) const {
  const std::string key = part_key(name);
  const auto at = std::lower_bound(impl_->parts.begin(), impl_->parts.end(), std::pair(key, zip_uint64_t{0}));
  if (at == impl_->parts.end() || at->first != key) return nullptr;
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(impl_->archive, at->second, 0, &stat) != 0) unreadable("zip");
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
    throw base::Error(base::ErrorCode::kInvalidArgument, "table_encrypted");
  zip_file_t* file = zip_fopen_index(impl_->archive, at->second, 0);
  if (file == nullptr) unreadable("zip");
  return std::make_unique<ZipPart>(file, (stat.valid & ZIP_STAT_COMP_SIZE) != 0 ? static_cast<std::int64_t>(stat.comp_size) : 1);
}

std::optional<std::string_view> XmlAttributes::find(std::string_view name) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (local_name(*pair) == name) return std::string_view(pair[1]);
  }
  return std::nullopt;
}

struct XmlStream::Impl {
  std::unique_ptr<XlsxPackage::Part> part;
  Callbacks callbacks;
  XML_Parser parser = nullptr;
  std::exception_ptr failure;
  int depth = 0;

  template <typename Body>
  void guard(const Body& body) {
    if (failure) return;
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
      XML_StopParser(parser, XML_FALSE);
    }
  }

  static void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
    auto& self = *static_cast<Impl*>(user);
    self.guard([&] {
      if (++self.depth > 200) unreadable("xml_depth");
      if (self.callbacks.start) self.callbacks.start(local_name(name), XmlAttributes(attributes));
    });
  }
  static void XMLCALL on_end(void* user, const XML_Char* name) {
    auto& self = *static_cast<Impl*>(user);
    self.guard([&] {
      --self.depth;
      if (self.callbacks.end) self.callbacks.end(local_name(name));
    });
  }
  static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
    auto& self = *static_cast<Impl*>(user);
    self.guard([&] {
      if (self.callbacks.text) self.callbacks.text(std::string_view(text, static_cast<std::size_t>(size)));
    });
  }
  // Workbooks have no business with document types: what they declare is only ever an attack.
  static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    auto& self = *static_cast<Impl*>(user);
    self.guard([] { unreadable("xml_doctype"); });
  }
};

XmlStream::XmlStream(std::unique_ptr<XlsxPackage::Part> part, Callbacks callbacks) : impl_(std::make_unique<Impl>()) {
  impl_->part = std::move(part);
  impl_->callbacks = std::move(callbacks);
  impl_->parser = XML_ParserCreateNS(nullptr, '|');
  XML_SetUserData(impl_->parser, impl_.get());
  XML_SetElementHandler(impl_->parser, &Impl::on_start, &Impl::on_end);
  XML_SetCharacterDataHandler(impl_->parser, &Impl::on_text);
  XML_SetStartDoctypeDeclHandler(impl_->parser, &Impl::on_doctype);
}

XmlStream::~XmlStream() {
  if (impl_->parser != nullptr) XML_ParserFree(impl_->parser);
}

bool XmlStream::read_piece() {
  constexpr int kPiece = 64 * 1024;
  void* buffer = XML_GetBuffer(impl_->parser, kPiece);
  if (buffer == nullptr) unreadable("xml");
  const std::size_t got = impl_->part->read(static_cast<char*>(buffer), kPiece);
  const auto status = XML_ParseBuffer(impl_->parser, static_cast<int>(got), got == 0);
  if (impl_->failure) std::rethrow_exception(impl_->failure);
  if (status != XML_STATUS_OK) unreadable("xml");
  return got != 0;
}

void XmlStream::read_all() {
  while (read_piece()) {
  }
}

}  // namespace connect
