// Cities and addresses.
#pragma once

#include <string>
#include <string_view>

namespace connect {

struct City {
  std::string name, region, phone_code;
};
// «МСК», «г. Санкт-Петербург», «Химки МО», «Н.Новгород»; nullptr: not one of data/cities.txt. Lives as long as the program.
const City* find_city(std::string_view text);
// The city's own name, or the text without «г.» and the like.
std::string city_name(std::string_view text);

struct AddressParts {
  std::string postal_code, country, region, city, street, house, office;
  std::string street_line() const;  // «ул. Свободы, д. 40к1, оф. 5»
};
AddressParts split_address(std::string_view text);

}  // namespace connect
