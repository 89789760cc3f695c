// Images of records as data: URIs.
#pragma once

#include "modules/documents/server/form_data.hpp"
#include "server/connect/files/files.hpp"

namespace documents {

// Reads out of the store of files; what is larger than 4 MB or gone from the store is "". `files` outlives the reader.
ImageReader image_reader(const connect::Files& files);

}  // namespace documents
