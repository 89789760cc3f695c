#include "server/base/program/log.hpp"

#include <unistd.h>

#include <atomic>
#include <charconv>

#include "server/base/json_writer.hpp"
#include "server/base/time.hpp"

namespace base {

namespace {

std::atomic<LogLevel> current_level{LogLevel::kInfo};
std::atomic<bool> is_text_format{false};
std::atomic<std::int64_t> error_count{0};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

struct FieldWriter {
  JsonWriter& writer;
  void operator()(std::int64_t value) const { writer.integer(value); }
  void operator()(double value) const { writer.real(value); }
  void operator()(std::string_view value) const { writer.text(value); }
  void operator()(bool value) const { writer.boolean(value); }
};

std::string json_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  JsonWriter writer(line);
  writer.begin_object();
  writer.key("time").text(to_string(SystemClock().now()));
  writer.key("level").text(level_name(level));
  writer.key("event").text(event);
  for (const LogField& field : fields) {
    writer.key(field.name);
    std::visit(FieldWriter{writer}, field.value);
  }
  writer.end_object();
  return line;
}

std::string text_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = to_string(SystemClock().now());
  line += ' ';
  line += level_name(level);
  line += ' ';
  line += event;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    JsonWriter writer(line);
    std::visit(FieldWriter{writer}, field.value);
  }
  return line;
}

}  // namespace

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level == LogLevel::kError) error_count.fetch_add(1, std::memory_order_relaxed);
  if (level < current_level.load(std::memory_order_relaxed)) return;
  std::string line = is_text_format ? text_line(level, event, fields) : json_line(level, event, fields);
  line += '\n';
  // One write a line: lines of different threads do not mix, and nothing is lost when the process dies.
  const char* data = line.data();
  std::size_t left = line.size();
  while (left > 0) {
    const ssize_t written = ::write(STDERR_FILENO, data, left);
    if (written <= 0) return;  // nowhere to complain
    data += written;
    left -= static_cast<std::size_t>(written);
  }
}

void set_log_level(LogLevel level) { current_level = level; }
void set_log_format(std::string_view format) { is_text_format = format == "text"; }
std::int64_t logged_errors() { return error_count; }

}  // namespace base
