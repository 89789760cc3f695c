#include "server/http/smtp/smtp_testing.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace http::testing {

namespace {

namespace asio = boost::asio;
using Socket = asio::ip::tcp::socket;

void write_pair(const std::string& folder, const std::string& host) {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, pair);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Stand-in"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos;
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ((is_address ? "IP:" : "DNS:") + host).c_str());
  X509_add_ext(x509, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x509, pair, EVP_sha256());
  FILE* file = std::fopen((folder + "/cert.pem").c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen((folder + "/key.pem").c_str(), "w");
  PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(x509);
  EVP_PKEY_free(pair);
}

std::string decoded_base64(const std::string& text) {
  std::string out(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  while (!out.empty() && out.back() == '\0') out.pop_back();
  return out;
}

std::string address_in(const std::string& command) {
  const auto from = command.find('<'), to = command.find('>');
  return from == std::string::npos || to == std::string::npos ? std::string() : command.substr(from + 1, to - from - 1);
}

}  // namespace

std::string TakenLetter::header(std::string_view name) const {
  const std::string head = "\r\n" + data.substr(0, data.find("\r\n\r\n")) + "\r\n";
  const auto at = head.find("\r\n" + std::string(name) + ":");
  if (at == std::string::npos) return {};
  std::size_t end = head.find("\r\n", at + 2);
  while (end + 2 < head.size() && (head[end + 2] == ' ' || head[end + 2] == '\t')) end = head.find("\r\n", end + 2);
  std::string value = head.substr(at + name.size() + 3, end - at - name.size() - 3);
  for (auto line = value.find("\r\n"); line != std::string::npos; line = value.find("\r\n")) value.erase(line, 2);
  return value.substr(std::min(value.size(), value.find_first_not_of(' ')));
}

struct SmtpStandIn::Impl {
  explicit Impl(Options given)
      : options(std::move(given)),
        folder(std::filesystem::temp_directory_path() / ("matvey-smtp-" + std::to_string(getpid()) + "-" + std::to_string(++made))),
        acceptor(context, {asio::ip::address_v4::loopback(), 0}),
        tls(asio::ssl::context::tls_server) {
    std::filesystem::create_directories(folder);
    write_pair(folder, options.host_of_certificate);
    tls.use_certificate_chain_file(folder + "/cert.pem");
    tls.use_private_key_file(folder + "/key.pem", asio::ssl::context::pem);
    thread = std::thread([this] { accept(); });
  }

  ~Impl() {
    stopping = true;
    boost::system::error_code ignored;
    Socket waker(context);
    waker.connect(acceptor.local_endpoint(), ignored);
    thread.join();
    for (auto& socket : sockets) ::shutdown(socket->native_handle(), SHUT_RDWR);
    for (auto& talk : talks) talk.join();
    std::filesystem::remove_all(folder);
  }

  void accept() {
    while (true) {
      auto socket = std::make_shared<Socket>(context);
      boost::system::error_code error;
      acceptor.accept(*socket, error);
      if (stopping || error) return;
      sockets.push_back(socket);
      talks.emplace_back([this, socket] {
        try {
          if (options.speaks_tls)
            encrypted(*socket, true);
          else
            talk(*socket, *socket, false, true);
        } catch (const std::exception&) {  // the client went away
        }
        boost::system::error_code ignored;
        socket->shutdown(Socket::shutdown_both, ignored);
      });
    }
  }

  void encrypted(Socket& socket, bool greets) {
    asio::ssl::stream<Socket&> stream(socket, tls);
    stream.handshake(asio::ssl::stream_base::server);
    talk(stream, socket, true, greets);
  }

  template <typename Stream>
  static void say(Stream& stream, const std::string& line) {
    asio::write(stream, asio::buffer(line + "\r\n"));
  }
  template <typename Stream>
  static std::string hear(Stream& stream, std::string& buffer, const char* end = "\r\n") {
    const std::size_t size = asio::read_until(stream, asio::dynamic_buffer(buffer), end);
    std::string line = buffer.substr(0, size);
    buffer.erase(0, size);
    return line;
  }

  std::string scripted(const std::string& command) {
    const std::lock_guard lock(mutex);
    commands.push_back(command);
    return answers ? answers(command) : std::string();
  }

  template <typename Stream>
  void talk(Stream& stream, Socket& socket, bool is_encrypted, bool greets) {
    TakenLetter letter;
    letter.was_encrypted = is_encrypted;
    std::string buffer;
    if (greets) say(stream, "220 stand-in");
    while (true) {
      std::string line = hear(stream, buffer);
      line.resize(line.size() - 2);
      std::string answer = scripted(line);
      if (answer == "drop") return;
      if (!answer.empty()) {
        say(stream, answer);
        continue;
      }
      if (line.starts_with("EHLO")) {
        if (options.offers_starttls && !is_encrypted) say(stream, "250-STARTTLS");
        if (!options.password.empty()) say(stream, "250-AUTH PLAIN");
        say(stream, "250 SIZE 30000000");
      } else if (line == "STARTTLS") {
        say(stream, "220 go on");
        return encrypted(socket, false);
      } else if (line.starts_with("AUTH PLAIN")) {
        std::string secret = line.substr(10);
        if (secret.empty()) {
          say(stream, "334 ");
          secret = " " + hear(stream, buffer);
          secret.resize(secret.size() - 2);
        }
        const bool is_right = decoded_base64(secret.substr(1)) == std::string("\0sender\0", 8) + options.password;
        if (is_right) letter.login = "sender";
        say(stream, is_right ? "235 welcome" : "535 5.7.8 wrong login or password");
      } else if (line.starts_with("MAIL")) {
        letter.from = address_in(line);
        const bool is_known = options.password.empty() || !letter.login.empty();
        say(stream, is_known ? "250 ok" : "530 5.7.0 sign in first");
      } else if (line.starts_with("RCPT")) {
        letter.to.push_back(address_in(line));
        say(stream, "250 ok");
      } else if (line == "DATA") {
        say(stream, "354 go on");
        take_data(stream, buffer, letter);
        std::string end = scripted(".");
        if (end == "drop") return;
        if (end.empty()) {
          const std::lock_guard lock(mutex);
          taken.push_back(letter);
          end = "250 taken";
        }
        say(stream, end);
        letter.to.clear();
        letter.data.clear();
      } else if (line == "QUIT") {
        return say(stream, "221 bye");
      } else {
        say(stream, line == "RSET" ? "250 ok" : "502 what");
      }
    }
  }

  template <typename Stream>
  static void take_data(Stream& stream, std::string& buffer, TakenLetter& letter) {
    while (true) {
      std::string line = hear(stream, buffer);
      if (line == ".\r\n") return;
      if (line.starts_with(".")) line.erase(0, 1);
      letter.data += line;
    }
  }

  static inline std::atomic<int> made{0};
  const Options options;
  const std::string folder;
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor;
  asio::ssl::context tls;
  std::atomic<bool> stopping{false};
  std::vector<std::shared_ptr<Socket>> sockets;
  std::vector<std::thread> talks;
  std::mutex mutex;
  Answers answers;
  std::vector<TakenLetter> taken;
  std::vector<std::string> commands;
  std::thread thread;
};

SmtpStandIn::SmtpStandIn() : SmtpStandIn(Options{}) {}
SmtpStandIn::SmtpStandIn(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
SmtpStandIn::~SmtpStandIn() = default;
int SmtpStandIn::port() const { return impl_->acceptor.local_endpoint().port(); }
std::string SmtpStandIn::certificate_file() const { return impl_->folder + "/cert.pem"; }

void SmtpStandIn::answer_with(Answers answers) {
  const std::lock_guard lock(impl_->mutex);
  impl_->answers = std::move(answers);
}
std::vector<TakenLetter> SmtpStandIn::taken() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->taken;
}
std::vector<std::string> SmtpStandIn::commands() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->commands;
}

std::string read_by_python(const std::string& letter) {
  static constexpr const char* kProgram = R"py(
import sys, json, email, email.policy
m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
parts = []
for p in m.walk():
    if p.is_multipart(): continue
    body = p.get_payload(decode=True)
    one = {'type': p.get_content_type(), 'name': p.get_filename(), 'size': len(body)}
    if p.get_content_maintype() == 'text' and not p.get_filename(): one['text'] = p.get_content()
    parts.append(one)
defects = [str(d) for p in m.walk() for d in p.defects]
print(json.dumps({'headers': {k: str(v) for k, v in m.items()}, 'parts': parts, 'defects': defects}, ensure_ascii=False))
)py";
  const std::string file = std::filesystem::temp_directory_path() / ("matvey-letter-" + std::to_string(getpid()));
  std::ofstream(file + ".eml", std::ios::binary) << letter;
  std::ofstream(file + ".py") << kProgram;
  std::string out;
  if (FILE* pipe = popen(("PYTHONIOENCODING=utf-8 python3 " + file + ".py " + file + ".eml").c_str(), "r")) {
    char bytes[4096];
    for (std::size_t size = 0; (size = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;) out.append(bytes, size);
    pclose(pipe);
  }
  std::filesystem::remove(file + ".eml");
  std::filesystem::remove(file + ".py");
  return out;
}

}  // namespace http::testing
