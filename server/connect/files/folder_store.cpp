#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "server/base/error.hpp"
#include "server/connect/files/file_store.hpp"

namespace connect {

namespace {

constexpr std::size_t kPieceBytes = 256 << 10;

[[noreturn]] void throw_disk_error(int error) {
  if (error == ENOSPC || error == EDQUOT) throw base::Error(base::ErrorCode::kUnavailable, "disk_full");
  throw base::Error(base::ErrorCode::kUnavailable, "disk_error", {{"reason", std::strerror(error)}});
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

class FileContent final : public StoredContent {
 public:
  FileContent(int descriptor, std::int64_t size) : descriptor_(descriptor), size_(size) {}
  std::int64_t size() const override { return size_; }
  std::string read(std::int64_t offset, std::size_t max_bytes) const override {
    std::string bytes(max_bytes, '\0');
    ssize_t count = 0;
    do count = ::pread(descriptor_.get(), bytes.data(), bytes.size(), offset);
    while (count < 0 && errno == EINTR);
    if (count < 0) throw_disk_error(errno);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }

 private:
  Descriptor descriptor_;
  std::int64_t size_;
};

void sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) throw_disk_error(errno);
}

class FolderStore final : public FileStore {
 public:
  explicit FolderStore(std::string folder) : folder_(std::move(folder)) {}

  void put(std::string_view hash, const ContentReader& content) override {
    const std::string path = path_of(hash);
    if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) return;
    make_folders(hash);
    std::string part = path + ".XXXXXX";
    {
      const Descriptor file(::mkostemp(part.data(), O_CLOEXEC));
      if (file.get() < 0) throw_disk_error(errno);
      try {
        write(file.get(), content);
        if (::fsync(file.get()) != 0 || ::rename(part.c_str(), path.c_str()) != 0) throw_disk_error(errno);
      } catch (...) {
        ::unlink(part.c_str());
        throw;
      }
    }
    sync_folder(path.substr(0, path.rfind('/')));
  }

  bool has(std::string_view hash) const override { return ::access(path_of(hash).c_str(), F_OK) == 0; }

  std::unique_ptr<StoredContent> open(std::string_view hash) const override {
    const int descriptor = ::open(path_of(hash).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      if (errno == ENOENT) return nullptr;
      throw_disk_error(errno);
    }
    struct stat state {};
    if (::fstat(descriptor, &state) != 0) {
      const Descriptor closed(descriptor);
      throw_disk_error(errno);
    }
    return std::make_unique<FileContent>(descriptor, state.st_size);
  }

  void remove_older(std::string_view hash, std::chrono::seconds age) override {
    const std::string path = path_of(hash);
    struct stat state {};
    if (::stat(path.c_str(), &state) != 0) return;
    const auto changed = std::chrono::system_clock::from_time_t(state.st_mtime);
    if (std::chrono::system_clock::now() - changed < age) return;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_disk_error(errno);
  }

 private:
  std::string path_of(std::string_view hash) const {
    if (hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string_view::npos)
      throw base::Error::internal("not a content hash");
    return folder_ + "/" + std::string(hash.substr(0, 2)) + "/" + std::string(hash.substr(2, 2)) + "/" + std::string(hash.substr(4));
  }

  // Each new folder is synced into the one above it.
  void make_folders(std::string_view hash) const {
    std::string path = folder_;
    make_folder(path, path.substr(0, path.rfind('/')));
    for (const auto& part : {hash.substr(0, 2), hash.substr(2, 2)}) {
      const std::string above = path;
      path += "/" + std::string(part);
      make_folder(path, above);
    }
  }

  static void make_folder(const std::string& path, const std::string& above) {
    if (::mkdir(path.c_str(), 0700) == 0) {
      sync_folder(above.empty() ? "/" : above);
      return;
    }
    if (errno != EEXIST) throw_disk_error(errno);
  }

  static void write(int descriptor, const ContentReader& content) {
    std::int64_t offset = 0;
    while (true) {
      const std::string piece = content(offset, kPieceBytes);
      if (piece.empty()) return;
      std::size_t done = 0;
      while (done < piece.size()) {
        const ssize_t count = ::write(descriptor, piece.data() + done, piece.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_disk_error(errno);
        done += static_cast<std::size_t>(count);
      }
      offset += static_cast<std::int64_t>(piece.size());
    }
  }

  const std::string folder_;
};

}  // namespace

std::string hash_of(const ContentReader& content) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::int64_t offset = 0;
  while (true) {
    const std::string piece = content(offset, kPieceBytes);
    if (piece.empty()) break;
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
    offset += static_cast<std::int64_t>(piece.size());
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

std::unique_ptr<FileStore> make_folder_store(std::string folder) { return std::make_unique<FolderStore>(std::move(folder)); }

}  // namespace connect
