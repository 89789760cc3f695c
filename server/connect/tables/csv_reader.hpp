// CSV as programs and people write it: any delimiter, any encoding, quotes (RFC 4180) with the usual faults forgiven.
#pragma once

#include <memory>

#include "server/connect/tables/table.hpp"

namespace connect {

// `content` outlives the reader.
std::unique_ptr<TableReader> open_csv(const StoredContent& content, const TableOptions& options);

// The delimiter that cuts the sample into the most even columns: comma, semicolon, tab, bar or colon; comma when nothing does.
char detect_delimiter(std::string_view sample);

}  // namespace connect
