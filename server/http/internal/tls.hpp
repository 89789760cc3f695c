// TLS contexts from certificate files.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace http::internal {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// TLS 1.2 and 1.3, forward-secret AEAD suites (Mozilla's "intermediate" list, 2023), ALPN "http/1.1".
// Throws base::Error failed_precondition "tls_certificate" {file, reason}.
TlsContext load_tls(const std::string& certificate_file, const std::string& key_file);

}  // namespace http::internal
