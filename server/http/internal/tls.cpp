#include "server/http/internal/tls.hpp"

#include <string_view>

#include <openssl/ssl.h>

#include "server/base/error.hpp"

namespace http::internal {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned int in_size, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

[[noreturn]] void refuse(const std::string& file, const std::string& reason) {
  throw base::Error(base::ErrorCode::kFailedPrecondition, "tls_certificate", {{"file", file}, {"reason", reason}});
}

}  // namespace

TlsContext load_tls(const std::string& certificate_file, const std::string& key_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                       ssl::context::no_tlsv1_1 | ssl::context::single_dh_use);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kCiphers12);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Released buffers: an idle connection keeps about 34 KB less.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, &choose_protocol, nullptr);
  boost::system::error_code code;
  context->use_certificate_chain_file(certificate_file, code);
  if (code) refuse(certificate_file, code.message());
  context->use_private_key_file(key_file, ssl::context::pem, code);
  if (code) refuse(key_file, code.message());
  if (SSL_CTX_check_private_key(native) != 1) refuse(key_file, "the key does not belong to the certificate");
  return context;
}

}  // namespace http::internal
