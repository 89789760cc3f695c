#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "server/http/server_testing.hpp"

namespace http {
namespace {

using testing::Client;
using testing::TestServer;

// A self-signed P-256 certificate in a folder of its own.
class TlsFiles {
 public:
  TlsFiles() : folder_(std::filesystem::temp_directory_path() / ("matvey-tls-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    write("first");
  }
  ~TlsFiles() { std::filesystem::remove_all(folder_); }
  std::string certificate() const { return folder_ / "cert.pem"; }
  std::string key() const { return folder_ / "key.pem"; }

  void write(const char* common_name) {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, pair);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_sign(x509, pair, EVP_sha256());
    FILE* file = std::fopen(certificate().c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
    file = std::fopen(key().c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(x509);
    EVP_PKEY_free(pair);
  }

 private:
  std::filesystem::path folder_;
};

class TlsClient {
 public:
  TlsClient(std::uint16_t port, int highest_version = 0) : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (highest_version != 0) {
      SSL_CTX_set_security_level(context_, 0);
      SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context_, highest_version);
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.fd());
    is_connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool is_connected() const { return is_connected_; }
  std::string version() const { return SSL_get_version(ssl_); }
  std::string common_name() const {
    X509* peer = SSL_get1_peer_certificate(ssl_);
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
    X509_free(peer);
    return name;
  }
  std::string exchange(std::string_view request, std::size_t at_least) {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string out;
    char bytes[16384];
    while (out.size() < at_least) {
      const int size = SSL_read(ssl_, bytes, sizeof bytes);
      if (size <= 0) break;
      out.append(bytes, static_cast<std::size_t>(size));
    }
    return out;
  }

 private:
  Client client_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool is_connected_ = false;
};

class Tls : public ::testing::Test {
 protected:
  ServerOptions options() const {
    ServerOptions options;
    options.tls_certificate_file = files.certificate();
    options.tls_key_file = files.key();
    return options;
  }
  TlsFiles files;
};

constexpr const char* kHello = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";

TEST_F(Tls, ServesBothVersionsOverOneConnectionForManyRequests) {
  TestServer server(options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    ASSERT_TRUE(client.is_connected());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.exchange(kHello, 50).ends_with("\"hello\""));
    EXPECT_GT(client.exchange("GET /big HTTP/1.1\r\nHost: t\r\n\r\n", 3'000'000).size(), 3'000'000u);
  }
}

TEST_F(Tls, RefusesOldVersions) {
  TestServer server(options());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).is_connected());
  EXPECT_TRUE(TlsClient(server.port()).is_connected());
}

TEST_F(Tls, SurvivesPlainAndBrokenClients) {
  TestServer server(options());
  Client plain(server.port());
  plain.send(kHello);
  plain.receive_all();
  { Client silent(server.port()); }
  EXPECT_TRUE(TlsClient(server.port()).is_connected());
}

TEST_F(Tls, ReloadsItsCertificateAndKeepsTheOldOneWhenTheNewIsBad) {
  TestServer server(options());
  EXPECT_EQ(TlsClient(server.port()).common_name(), "first");
  files.write("second");
  server.server->reload_tls();
  EXPECT_EQ(TlsClient(server.port()).common_name(), "second");
  std::filesystem::resize_file(files.certificate(), 10);
  EXPECT_THROW(server.server->reload_tls(), base::Error);
  EXPECT_EQ(TlsClient(server.port()).common_name(), "second");
}

TEST_F(Tls, RefusesToStartWithoutItsFiles) {
  ServerOptions bad = options();
  bad.tls_key_file = "/nonexistent/key.pem";
  Router router;
  bad.port = 0;
  Server server(bad, router, {});
  EXPECT_THROW(server.start(), base::Error);
}

TEST_F(Tls, StopsGracefullyWithOpenConnections) {
  TestServer server(options());
  TlsClient client(server.port());
  client.exchange(kHello, 50);
  server.server->stop();
  EXPECT_EQ(server.server->counters().connections_open, 0);
}

}  // namespace
}  // namespace http
