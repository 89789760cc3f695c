// Prints a form to a file and says how long a page takes.
//
// usage: print_bench FORM|FILE.html DATA.json OUTPUT.(pdf|docx|xlsx|html) [TIMES]
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/print/print.hpp"

namespace {

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream out;
  out << stream.rdbuf();
  return out.str();
}

double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::string print_once(const std::string& source, const json::object& data, const std::string& ending) {
  const print::Template form = print::Template::parse(source);
  const std::string html = print::render_html(form, data, "ru");
  if (ending == "html") return html;
  if (ending == "docx") return print::to_docx(html);
  if (ending == "xlsx") return print::to_xlsx(html);
  return print::to_pdf(html);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "usage: print_bench FORM DATA.json OUTPUT [TIMES]\n";
    return 2;
  }
  const std::string name = arguments[1], output = arguments[3];
  const print::Form* shipped = print::find_shipped_form(name);
  const std::string source = shipped ? shipped->html : read(name);
  const json::value data = base::parse_json(read(arguments[2]));
  const int times = count > 4 ? std::stoi(arguments[4]) : 1;
  try {
    for (int i = 0; i < times; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const double processor = processor_ms();
      const std::string file = print_once(source, data.as_object(), output.substr(output.rfind('.') + 1));
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
      std::cout << (i == 0 ? "cold " : "warm ") << took.count() << " ms, processor " << processor_ms() - processor << " ms, " << file.size()
                << " bytes\n";
      std::ofstream(output, std::ios::binary) << file;
    }
  } catch (const base::Error& error) {
    std::cerr << error.what();
    for (const auto& field : error.fields()) {
      std::cerr << "\n  " << field.path << " " << field.code;
      for (const auto& [key, value] : field.args) std::cerr << " " << key << "=" << value;
    }
    std::cerr << "\n";
    return 1;
  }
  return 0;
}
