#include "server/base/program/config.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

using std::chrono::milliseconds;

Config sample() {
  Config config;
  config.declare({{.name = "http.port", .type = OptionType::kInteger, .default_value = "8080", .min = 1, .max = 65535},
                  {.name = "http.timeout", .type = OptionType::kDuration, .default_value = "30s"},
                  {.name = "log.format", .default_value = "json", .choices = {"json", "text"}},
                  {.name = "database", .default_value = "", .is_secret = true},
                  {.name = "cache.size", .type = OptionType::kSize, .default_value = "64MB"},
                  {.name = "http.trust-proxy", .type = OptionType::kBoolean, .default_value = "false"},
                  {.name = "http.hosts", .type = OptionType::kList, .default_value = ""}});
  return config;
}

std::string fault(const std::function<void(Config&)>& load) {
  Config config = sample();
  try {
    load(config);
    return "accepted";
  } catch (const Error& error) {
    std::string out = error.key();
    for (const auto& [name, value] : error.args()) out += " " + name + "=" + value;
    return out;
  }
}

TEST(Config, PrefersFlagsToEnvironmentToFileToDefaults) {
  Config config = sample();
  EXPECT_EQ(config.integer("http.port"), 8080);
  // In whatever order they are loaded.
  EXPECT_EQ(config.load_flags({"serve", "--http.port=1", "--data", "dir"}), (std::vector<std::string>{"serve", "--data", "dir"}));
  config.load_environment([](const std::string& name) -> const char* {
    return name == "MATVEY_HTTP_PORT" ? "2" : name == "MATVEY_HTTP_TRUST_PROXY" ? "true" : nullptr;
  });
  config.load_file_text("[http]\nport = 3\ntrust-proxy = false\ntimeout = \"5m\"\nhosts = [\"a.ru\", \"b.ru\"]\n", "f");
  EXPECT_EQ(config.integer("http.port"), 1);
  EXPECT_TRUE(config.boolean("http.trust-proxy"));
  EXPECT_EQ(config.duration("http.timeout"), milliseconds{300000});
  EXPECT_EQ(config.list("http.hosts"), (std::vector<std::string>{"a.ru", "b.ru"}));
  EXPECT_EQ(config.size_bytes("cache.size"), 64 << 20);
  EXPECT_EQ(config.source("http.port"), Config::Source::kFlag);
  EXPECT_EQ(config.source("http.timeout"), Config::Source::kFile);
  EXPECT_EQ(config.source("cache.size"), Config::Source::kDefault);
}

TEST(Config, TakesFlagsInEveryForm) {
  Config config = sample();
  EXPECT_EQ(config.load_flags({"--http.port", "5", "--http.trust-proxy", "x", "--", "--http.port=6"}),
            (std::vector<std::string>{"x", "--http.port=6"}));
  EXPECT_EQ(config.integer("http.port"), 5);
  EXPECT_TRUE(config.boolean("http.trust-proxy"));
  config.load_flags({"--no-http.trust-proxy", "--http.hosts= a , b,"});
  EXPECT_FALSE(config.boolean("http.trust-proxy"));
  EXPECT_EQ(config.list("http.hosts"), (std::vector<std::string>{"a", "b"}));
}

TEST(Config, NamesFileAndLineOfAFault) {
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("\n[http]\nprot = 1\n", "m.toml"); }),
            "config_unknown_key key=http.prot file=m.toml line=3");
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("[http]\nport = 70000\n", "m.toml"); }),
            "config_value option=http.port source=m.toml:2 expected=1…65535");
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("[log]\nformat = [\"json\"]\n", "m.toml"); }),
            "config_value option=log.format source=m.toml:2 expected=text");
  EXPECT_TRUE(fault([](Config& c) { c.load_file_text("a = \n", "m.toml"); }).starts_with("config_syntax file=m.toml line=1 reason="));
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("# Порт\n[http]\nпорт = 1\n", "m.toml"); }),
            "config_syntax file=m.toml line=3 reason=a name is made of Latin letters, digits, - and _");
  for (const char* text : {"[>", "[http", "port", "port = [", "port = \"a", "port = {a=1}", "port = \"\"\"a\"\"\"", "port = 1 ё",
                           "[[http]]", "port = 7'ё'", "port = 'ё' 7", "a..b = 1", "\"a\" = 1"}) {
    EXPECT_TRUE(fault([text](Config& c) { c.load_file_text(text, "m.toml"); }).starts_with("config_syntax file=m.toml line=1 reason="))
        << text;
  }
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("[http] # хосты\n hosts = [ # сюда\n \"а.рф\",\n 'b' ]\r\n", "m.toml"); }), "accepted");
  EXPECT_EQ(fault([](Config& c) { c.load_file_text("database = \"юзер \\\" # #\" # Адрес\n", "m.toml"); }), "accepted");
  EXPECT_EQ(fault([](Config& c) { c.load_file("/no/such/file"); }), "config_unreadable file=/no/such/file");
}

TEST(Config, NamesSourceOfAWrongValue) {
  EXPECT_EQ(fault([](Config& c) { c.load_flags({"--log.format=xml"}); }),
            "config_value option=log.format source=--log.format expected=json, text");
  EXPECT_EQ(
      fault([](Config& c) { c.load_environment([](const std::string& n) { return n == "MATVEY_HTTP_TIMEOUT" ? "5 min" : nullptr; }); }),
      "config_value option=http.timeout source=MATVEY_HTTP_TIMEOUT expected=500ms, 30s, 5m, 12h, 90d");
  EXPECT_EQ(fault([](Config& c) { c.load_flags({"--http.port"}); }), "config_value_missing option=--http.port");
  EXPECT_EQ(fault([](Config& c) { c.set("nothing", "1"); }), "config_unknown_option option=nothing");
}

TEST(Config, RefusesMisuseAsOurBug) {
  EXPECT_EQ(fault([](Config& c) { c.integer("log.format"); }), "internal");
  EXPECT_EQ(fault([](Config& c) { c.declare({{.name = "log.format", .default_value = "json"}}); }), "internal");
}

TEST(Config, ReadsItsOwnExample) {
  Localizer localizer;
  Config config = sample();
  std::string example = config.example_file(localizer, "ru");
  EXPECT_NE(example.find("#database = \"\""), std::string::npos);
  EXPECT_LT(example.find("database"), example.find("[http]"));
  for (std::size_t at = example.find("\n#"); at != std::string::npos; at = example.find("\n#", at + 1)) {
    if (example[at + 2] != ' ') example.erase(at + 1, 1);
  }
  config.load_file_text(example, "example");
  EXPECT_EQ(config.source("http.port"), Config::Source::kFile);
  EXPECT_EQ(config.integer("http.port"), 8080);
}

TEST(Config, ListsEveryOptionInItsHelp) {
  Localizer localizer;
  localizer.add("ru", R"({"option":{"http":{"port":"Порт"}}})");
  const std::string help = sample().help(localizer, "ru");
  EXPECT_NE(help.find("  --http.port N                     Порт (8080; MATVEY_HTTP_PORT)\n"), std::string::npos) << help;
  EXPECT_NE(sample().reference(localizer, "ru").find("| `log.format` | `--log.format` | `MATVEY_LOG_FORMAT` | `json\\|text` | `json` |"),
            std::string::npos);
}

TEST(ConfigUnits, AreParsedExactly) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds{500});
  EXPECT_EQ(parse_duration("90d"), milliseconds{7'776'000'000});
  EXPECT_EQ(parse_duration("0"), milliseconds{0});
  EXPECT_EQ(parse_size("2GB"), std::int64_t{2} << 30);
  EXPECT_EQ(parse_size("10"), 10);
  for (const char* text : {"", "5", "s", "-5s", "5 s", "99999999999999999d", "1.5h"}) EXPECT_FALSE(parse_duration(text)) << text;
  for (const char* text : {"", "MB", "-1", "64 MB", "99999999999TB"}) EXPECT_FALSE(parse_size(text)) << text;
}

}  // namespace
}  // namespace base
