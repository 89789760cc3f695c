#include <sys/resource.h>

#include <csignal>

#include <filesystem>
#include <thread>

#include "server/api/routes/all.hpp"
#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/command_socket.hpp"
#include "server/app/commands/all.hpp"
#include "server/base/error.hpp"
#include "server/base/program/log.hpp"

namespace app {

namespace {

http::ServerOptions server_options(const base::Config& config) {
  http::ServerOptions options;
  const std::string& listen = config.text("http.listen");
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) throw base::Error::field("http.listen", "bad_address", {{"raw", listen}});
  options.address = listen.substr(0, colon);
  if (options.address.size() > 2 && options.address.front() == '[') options.address = options.address.substr(1, options.address.size() - 2);
  const long port = std::strtol(listen.c_str() + colon + 1, nullptr, 10);
  if (port < 0 || port > 65535) throw base::Error::field("http.listen", "bad_address", {{"raw", listen}});
  options.port = static_cast<std::uint16_t>(port);
  options.io_threads = static_cast<int>(config.integer("http.io_threads"));
  options.read_threads = static_cast<int>(config.integer("http.read_threads"));
  options.write_threads = static_cast<int>(config.integer("http.write_threads"));
  options.max_connections = static_cast<int>(config.integer("http.max_connections"));
  options.header_timeout = config.duration("http.header_timeout");
  options.body_timeout = config.duration("http.body_timeout");
  options.drain_timeout = config.duration("http.drain_timeout");
  options.tls_certificate_file = config.text("http.tls_certificate");
  options.tls_key_file = config.text("http.tls_key");
  options.security_headers = api::security_headers(!options.tls_certificate_file.empty());
  return options;
}

// Blocks the signals in this thread and every thread started later; wait() takes them one by one.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  int wait() {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_;
};

// Each connection is a descriptor, and the usual soft limit is 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void load_config(base::Config& config, const DataFolder& folder, const std::vector<std::string>& flags) {
  declare_options(config);
  if (std::filesystem::exists(folder.settings_file())) config.load_file(folder.settings_file());
  config.load_environment();
  const auto rest = config.load_flags(flags);
  if (!rest.empty()) throw base::Error(base::ErrorCode::kInvalidArgument, "config_unknown_option", {{"option", rest.front()}});
}

void start_log(const base::Config& config) {
  const std::string& level = config.text("log.level");
  base::set_log_level(level == "debug"     ? base::LogLevel::kDebug
                      : level == "warning" ? base::LogLevel::kWarning
                      : level == "error"   ? base::LogLevel::kError
                                           : base::LogLevel::kInfo);
  base::set_log_format(config.text("log.format"));
}

}  // namespace

int serve(const CommandCall& call, Output& output) {
  std::string listen, tls_cert, tls_key;
  CommandLine line("serve", call, output);
  line.data_folder().text("--listen", listen).text("--tls-cert", tls_cert).text("--tls-key", tls_key).allow_settings().parse();
  Signals signals;
  raise_descriptor_limit();
  DataFolder folder(line.data(), false);
  folder.lock();
  base::Config config;
  load_config(config, folder, line.rest());
  if (!listen.empty()) config.set("http.listen", listen);
  if (!tls_cert.empty()) config.set("http.tls_certificate", call.path(tls_cert));
  if (!tls_key.empty()) config.set("http.tls_key", call.path(tls_key));
  start_log(config);

  Application application(folder, config, Background::kRuns);
  api::LiveHub live(application.api());
  http::Router router;
  api::add_all_routes(router, application.api(), live);
  http::Server server(server_options(config), router, api::server_hooks(application.api()));
  application.api().server_counters = [&server] { return server.counters(); };
  application.api().open_streams = [&live] { return live.open_streams(); };
  live.start();
  server.start();
  {
    CommandServer commands(application, folder.socket_file());
    const std::string scheme = config.text("http.tls_certificate").empty() ? "http://" : "https://";
    const std::string& address = config.text("http.listen");
    output.out(texts().text(call.language, "cli.serve.ready",
                            {{"address", scheme + address.substr(0, address.rfind(':')) + ":" + std::to_string(server.port())}}) +
               "\n");
    base::log(base::LogLevel::kInfo, "started", {{"port", static_cast<std::int64_t>(server.port())}});
    while (signals.wait() == SIGHUP) server.reload_tls();
    base::log(base::LogLevel::kInfo, "stopping");
  }
  live.stop();
  server.stop();
  application.api().server_counters = nullptr;
  application.api().open_streams = nullptr;
  application.close();
  base::log(base::LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace app
