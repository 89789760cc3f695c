// Backup and restore of PostgreSQL by its own programs.
#include <fcntl.h>
#include <postgresql/libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/files.hpp"
#include "server/store/postgres/postgres_database.hpp"

extern char** environ;

namespace store::postgres {

namespace {

// The address as PG… variables: a password on a command line could be read by every user of the machine.
std::vector<std::string> environment_of(const std::string& address) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    if (std::strncmp(*entry, "PG", 2) != 0) result.emplace_back(*entry);
  }
  char* message = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(address.c_str(), &message), &PQconninfoFree);
  if (!options) {
    PQfreemem(message);
    throw base::Error(base::ErrorCode::kInvalidArgument, "database_address");
  }
  for (PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (option->val && option->envvar) result.push_back(std::string(option->envvar) + "=" + option->val);
  }
  return result;
}

struct Child {
  std::vector<std::string> command;
  int input = -1;  // file descriptors; -1: none
  int output = -1;
  std::string errors;  // file for standard error
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

pid_t start(const Child& child, const std::vector<std::string>& environment) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (child.input >= 0)
    posix_spawn_file_actions_adddup2(&actions, child.input, STDIN_FILENO);
  else
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (child.output >= 0)
    posix_spawn_file_actions_adddup2(&actions, child.output, STDOUT_FILENO);
  else
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, child.errors.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  pid_t id = 0;
  int code = ::posix_spawnp(&id, child.command[0].c_str(), &actions, nullptr, pointers(child.command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (code == ENOENT) throw base::Error(base::ErrorCode::kFailedPrecondition, "program_missing", {{"program", child.command[0]}});
  if (code != 0) throw base::Error::internal("cannot start " + child.command[0] + ": " + std::strerror(code));
  return id;
}

bool is_success(pid_t id) {
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The last line that a child wrote; the file is removed.
std::string take_errors(const std::string& path) {
  std::ifstream file(path);
  std::string line, last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  ::unlink(path.c_str());
  return last;
}

// Holds the text of a failed child's last words to the log and to the caller.
[[noreturn]] void fail(const std::string& errors, base::ErrorCode code, std::string key) {
  std::string what = take_errors(errors);
  base::log(base::LogLevel::kWarning, "database_program_failed", {{"what", what}});
  throw base::Error(code, std::move(key), {{"problem", what}});
}

std::string error_file() {
  std::string path = (std::filesystem::temp_directory_path() / "matvey-pg.XXXXXX").string();
  int file = ::mkstemp(path.data());
  if (file < 0) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
  ::close(file);
  return path;
}

}  // namespace

void dump(const std::string& address, const std::string& path) {
  std::string partial = path + ".partial";
  ::unlink(partial.c_str());
  int file = ::open(partial.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) throw base::Error(base::ErrorCode::kUnavailable, "disk_error");
  ::close(file);
  Child child{{"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file=" + partial}, -1, -1, error_file()};
  try {
    if (!is_success(start(child, environment_of(address)))) fail(child.errors, base::ErrorCode::kUnavailable, "backup_failed");
    publish_file(partial, path);
  } catch (...) {
    ::unlink(partial.c_str());
    ::unlink(child.errors.c_str());
    throw;
  }
  ::unlink(child.errors.c_str());
}

// pg_restore writes SQL, psql runs it in one transaction after emptying the schema: what the copy does not know (tables
// of entities added since) goes too, and a copy that breaks off changes nothing.
void restore(const DatabaseOptions& options, const std::string& backup_path) {
  const std::string& address = options.direct_address.empty() ? options.address : options.direct_address;
  std::vector<std::string> environment = environment_of(address);
  environment.push_back("PGOPTIONS=-c client_min_messages=warning");
  std::string errors = error_file();
  Child listing{{"pg_restore", "--list", backup_path}, -1, -1, errors};
  if (!is_success(start(listing, environment))) fail(errors, base::ErrorCode::kInvalidArgument, "backup_unreadable");

  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw base::Error(base::ErrorCode::kResourceExhausted, "memory");
  Child reading{{"pg_restore", "--no-owner", "--no-privileges", "--file=-", backup_path}, -1, pipe[1], errors};
  Child writing{{"psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                 "--command=SET lock_timeout = '10s'; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;", "--file=-"},
                pipe[0],
                -1,
                errors};
  pid_t writer = start(writing, environment);
  ::close(pipe[0]);
  pid_t reader = start(reading, environment);
  // psql commits at the end of its input, which is this process's end of the pipe, too: it comes only when all has been
  // read.
  bool is_read = is_success(reader);
  if (!is_read) ::kill(writer, SIGTERM);
  ::close(pipe[1]);
  bool is_written = is_success(writer);
  if (!is_read || !is_written) fail(errors, base::ErrorCode::kUnavailable, "restore_failed");
  ::unlink(errors.c_str());
}

}  // namespace store::postgres
