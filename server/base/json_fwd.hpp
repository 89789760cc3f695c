// Names of Boost.JSON without its headers.
#pragma once

namespace boost::json {
class value;
class object;
class array;
class string;
}  // namespace boost::json

namespace json = boost::json;
