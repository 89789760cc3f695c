#include "server/store/fault_vfs_testing.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "server/store/sqlite/sqlite_connection.hpp"

namespace store {

namespace {
constexpr std::int64_t kSector = 512;
std::atomic<int> next_number{1};
}  // namespace

struct FaultVfs::File {
  std::string path;
  bool was_synced = false;  // since it was created
  std::int64_t synced_size = 0;
  // By number: the contents since the last sync, the synced one first.
  std::map<std::int64_t, std::vector<std::string>> sectors;
};

// Followed in memory by the real file of the system's VFS.
struct FaultVfs::Handle {
  sqlite3_file base;
  FaultVfs* owner;
  File* file;  // null for temporary files: nothing to lose
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// The C functions behind sqlite3_vfs and sqlite3_io_methods.
struct FaultVfs::Methods {
  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static sqlite3_vfs* system() { return sqlite3_vfs_find("unix"); }
  static FaultVfs& of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

  static std::string read_sector(Handle& handle, std::int64_t sector) {
    std::string bytes(kSector, '\0');
    handle.real()->pMethods->xRead(handle.real(), bytes.data(), kSector, sector * kSector);  // zeros past the end
    return bytes;
  }
  static std::int64_t size(Handle& handle) {
    sqlite3_int64 bytes = 0;
    handle.real()->pMethods->xFileSize(handle.real(), &bytes);
    return bytes;
  }
  // Remembers what the sectors from byte `from` up to `to` hold before they change.
  static void remember_before(Handle& handle, std::int64_t from, std::int64_t to) {
    for (std::int64_t sector = from / kSector; sector * kSector < to; ++sector) {
      auto& versions = handle.file->sectors[sector];
      if (versions.empty()) versions.push_back(read_sector(handle, sector));
    }
  }
  static void remember_after(Handle& handle, std::int64_t from, std::int64_t to) {
    for (std::int64_t sector = from / kSector; sector * kSector < to; ++sector) {
      handle.file->sectors[sector].push_back(read_sector(handle, sector));
    }
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder);
  static int close(sqlite3_file* file) { return of(file).real()->pMethods->xClose(of(file).real()); }
  static int read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
    return of(file).real()->pMethods->xRead(of(file).real(), into, bytes, offset);
  }
  static int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);
  static const sqlite3_io_methods* table();
};

int FaultVfs::Methods::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs& owner = of(vfs);
  Handle& handle = *new (file) Handle{{nullptr}, &owner, nullptr};
  bool is_tracked = path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
  bool is_new = path && ::access(path, F_OK) != 0;
  if (is_new && owner.is_off_) return SQLITE_CANTOPEN;
  int code = system()->xOpen(system(), path, handle.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  file->pMethods = table();
  if (!is_tracked) return code;
  std::lock_guard lock(owner.mutex_);
  auto& known = owner.files_[path];
  if (!known || is_new) {
    known = std::make_unique<File>();
    known->path = path;
    known->was_synced = !is_new;
    known->synced_size = size(handle);
  }
  handle.file = known.get();
  return code;
}

int FaultVfs::Methods::remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  FaultVfs& owner = of(vfs);
  if (owner.is_off_) return SQLITE_IOERR_DELETE;
  std::lock_guard lock(owner.mutex_);
  owner.files_.erase(path);
  return system()->xDelete(system(), path, sync_folder);
}

int FaultVfs::Methods::write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  Handle& handle = of(file);
  if (!handle.file) return handle.real()->pMethods->xWrite(handle.real(), from, bytes, offset);
  FaultVfs& owner = *handle.owner;
  std::lock_guard lock(owner.mutex_);
  if (!owner.begin_operation()) return SQLITE_IOERR_WRITE;
  if (owner.fault_ == Fault::kReadOnly) return SQLITE_READONLY;
  if (owner.fault_ == Fault::kDiskFull && offset + bytes > size(handle)) return SQLITE_FULL;
  remember_before(handle, offset, offset + bytes);
  int code = handle.real()->pMethods->xWrite(handle.real(), from, bytes, offset);
  remember_after(handle, offset, offset + bytes);
  return code;
}

int FaultVfs::Methods::truncate(sqlite3_file* file, sqlite3_int64 size_now) {
  Handle& handle = of(file);
  if (!handle.file) return handle.real()->pMethods->xTruncate(handle.real(), size_now);
  FaultVfs& owner = *handle.owner;
  std::lock_guard lock(owner.mutex_);
  if (!owner.begin_operation()) return SQLITE_IOERR_TRUNCATE;
  if (owner.fault_ == Fault::kReadOnly) return SQLITE_READONLY;
  std::int64_t before = size(handle);
  remember_before(handle, size_now, before);
  int code = handle.real()->pMethods->xTruncate(handle.real(), size_now);
  remember_after(handle, size_now, before);
  return code;
}

int FaultVfs::Methods::sync(sqlite3_file* file, int) {
  Handle& handle = of(file);
  if (!handle.file) return SQLITE_OK;
  FaultVfs& owner = *handle.owner;
  std::lock_guard lock(owner.mutex_);
  if (!owner.begin_operation() || owner.fault_ == Fault::kSyncFails) return SQLITE_IOERR_FSYNC;
  ++owner.sync_count_;
  handle.file->sectors.clear();
  handle.file->synced_size = size(handle);
  handle.file->was_synced = true;
  return SQLITE_OK;  // the real disk need not turn: the loss is played by apply_loss()
}

const sqlite3_io_methods* FaultVfs::Methods::table() {
  // Version 2: with shared memory for WAL, without xFetch, so that nothing is read past this layer.
  static const sqlite3_io_methods methods = {
      2,
      &close,
      &read,
      &write,
      &truncate,
      &sync,
      [](sqlite3_file* f, sqlite3_int64* bytes) { return of(f).real()->pMethods->xFileSize(of(f).real(), bytes); },
      [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xLock(of(f).real(), level); },
      [](sqlite3_file* f, int level) { return of(f).real()->pMethods->xUnlock(of(f).real(), level); },
      [](sqlite3_file* f, int* out) { return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out); },
      [](sqlite3_file* f, int code, void* argument) {
        // No memory map, no growth in chunks: both would go around write().
        if (code == SQLITE_FCNTL_MMAP_SIZE || code == SQLITE_FCNTL_CHUNK_SIZE || code == SQLITE_FCNTL_SIZE_HINT) {
          return SQLITE_NOTFOUND;
        }
        return of(f).real()->pMethods->xFileControl(of(f).real(), code, argument);
      },
      [](sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); },
      [](sqlite3_file* f) { return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real()); },
      [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, out);
      },
      [](sqlite3_file* f, int from, int count, int flags) { return of(f).real()->pMethods->xShmLock(of(f).real(), from, count, flags); },
      [](sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); },
      [](sqlite3_file* f, int remove) { return of(f).real()->pMethods->xShmUnmap(of(f).real(), remove); },
      nullptr,
      nullptr,
  };
  return &methods;
}

FaultVfs::FaultVfs(std::uint64_t seed) : name_("fault" + std::to_string(next_number++)), random_(seed * 2 + 1) {
  sqlite::initialize();
  vfs_ = std::make_unique<sqlite3_vfs>(*Methods::system());
  vfs_->pNext = nullptr;
  vfs_->szOsFile += static_cast<int>(sizeof(Handle));
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = &Methods::open;
  vfs_->xDelete = &Methods::remove;
  // These use pAppData of the VFS they belong to.
  vfs_->xAccess = [](sqlite3_vfs*, const char* path, int flags, int* out) {
    return Methods::system()->xAccess(Methods::system(), path, flags, out);
  };
  vfs_->xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* out) {
    return Methods::system()->xFullPathname(Methods::system(), path, size, out);
  };
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) throw std::runtime_error("sqlite3_vfs_register");
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::lose_power_after(int operations) {
  if (operations == 0) is_off_ = true;
  operations_left_ = operations;
}

bool FaultVfs::begin_operation() {
  if (operations_left_ > 0 && --operations_left_ == 0) is_off_ = true;
  return !is_off_;
}

// splitmix64
std::uint64_t FaultVfs::random() {
  std::uint64_t z = (random_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void FaultVfs::apply_loss() {
  for (auto& [path, file] : files_) {
    ::unlink((path + "-shm").c_str());  // memory
    if (!file->was_synced && random() % 2 == 0) {
      ::unlink(path.c_str());
      continue;
    }
    int handle = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (handle < 0) continue;
    std::int64_t size = ::lseek(handle, 0, SEEK_END);
    if (random() % 2 == 0) size = file->synced_size;
    for (auto& [sector, versions] : file->sectors) {
      // Most often all or nothing of what happened; sometimes what was there in between.
      std::uint64_t dice = random() % 8;
      const std::string& chosen = dice < 3 ? versions.front() : dice < 6 ? versions.back() : versions[random() % versions.size()];
      if (::pwrite(handle, chosen.data(), chosen.size(), sector * kSector) < 0) throw std::runtime_error("pwrite");
    }
    if (::ftruncate(handle, size) != 0) throw std::runtime_error("ftruncate");
    ::close(handle);
  }
  files_.clear();
  is_off_ = false;
  operations_left_ = -1;
}

}  // namespace store
