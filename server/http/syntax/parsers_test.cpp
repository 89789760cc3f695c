// Query strings, cookies, content negotiation, ranges, entity tags and sniffing.
#include <gtest/gtest.h>

#include "server/base/error.hpp"
#include "server/http/syntax/negotiate.hpp"
#include "server/http/syntax/range.hpp"
#include "server/http/syntax/sniff.hpp"
#include "server/http/syntax/url.hpp"

namespace http {
namespace {

using std::string;
using std::string_view;

TEST(PercentDecoding, TakesUtf8AndRefusesTheRest) {
  EXPECT_EQ(percent_decode("%D0%96a+b"), "Жa+b");
  EXPECT_EQ(percent_decode("a+b", PlusSign::kSpace), "a b");
  for (const char* bad : {"%", "%1", "%g0", "%ff", "%c0%af", "%ed%a0%80", "%00", "a%"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(percent_encode("Ж a/b~"), "%D0%96%20a%2Fb~");
}

TEST(Query, KeepsOrderAndRepeatedNames) {
  QueryPairs pairs;
  ASSERT_TRUE(parse_query("a=1&&b&a=2+%26&=x&filter[city]=%D0%9A", pairs));
  EXPECT_EQ(pairs, (QueryPairs{{"a", "1"}, {"b", ""}, {"a", "2 &"}, {"", "x"}, {"filter[city]", "К"}}));
}

TEST(Query, RefusesBadEncodingAndTooManyPairs) {
  QueryPairs pairs;
  EXPECT_FALSE(parse_query("a=%zz", pairs));
  string many;
  for (std::size_t i = 0; i <= kMaxQueryPairs; ++i) many += "a&";
  pairs.clear();
  EXPECT_FALSE(parse_query(many, pairs));
}

TEST(Cookies, AreFoundByExactName) {
  const string_view header = "xsid=no; sid=abc; other; q=\"quoted\"; sid=second;  empty=";
  EXPECT_EQ(find_cookie(header, "sid"), "abc");
  EXPECT_EQ(find_cookie(header, "q"), "quoted");
  EXPECT_EQ(find_cookie(header, "empty"), "");
  EXPECT_EQ(find_cookie(header, "other"), std::nullopt);
  EXPECT_EQ(find_cookie("", "sid"), std::nullopt);
}

TEST(Cookies, AreWrittenSafely) {
  CookieOptions options;
  options.max_age_s = 60;
  options.secure = true;
  options.same_site = SameSite::kStrict;
  EXPECT_EQ(make_cookie("sid", "abc", options), "sid=abc; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict");
  EXPECT_THROW(make_cookie("sid", "a;b"), base::Error);
  EXPECT_THROW(make_cookie("s d", "a"), base::Error);
  EXPECT_THROW(make_cookie("sid", "a\r\nX: y"), base::Error);
}

TEST(ContentTypes, AreParsedWithParameters) {
  const auto type = parse_content_type("Multipart/Form-Data; Boundary=\"a b\\\"c\"; x=1");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->type, "multipart/form-data");
  EXPECT_EQ(type->parameter("boundary"), "a b\"c");
  EXPECT_EQ(type->parameter("x"), "1");
  EXPECT_TRUE(is_json("application/merge-patch+json; charset=utf-8"));
  EXPECT_FALSE(is_json("text/json"));
  for (const char* bad : {"", "text", "text/", "/x", "a/b; c", "a/b; c=\"d", "a/b c", "a b/c"}) {
    EXPECT_FALSE(parse_content_type(bad)) << bad;
  }
}

TEST(AcceptLanguage, FindsTheBestSupportedLanguage) {
  const std::vector<string_view> supported = {"ru", "en"};
  const std::pair<const char*, const char*> cases[] = {
      {"", "ru"},
      {"en", "en"},
      {"en-US,en;q=0.9,ru;q=0.8", "en"},
      {"de,ru;q=0.5,en;q=0.7", "en"},
      {"de", "ru"},
      {"*", "ru"},
      {"ru;q=0,*", "en"},
      {"RU-ru", "ru"},
      {"en;q=0.5,*", "ru"},
      {",;q=,en", "en"},
      {"de-DE;q=1.0, en;q=0.001", "en"},
  };
  for (const auto& [header, language] : cases) EXPECT_EQ(accept_language(header, supported), language) << header;
}

TEST(Accept, LooksAtTheMostExactPattern) {
  EXPECT_TRUE(accepts("", "text/html"));
  EXPECT_TRUE(accepts("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"));
  EXPECT_FALSE(accepts("text/html;q=0,*/*", "text/html"));
  EXPECT_TRUE(accepts("text/*", "text/csv"));
  EXPECT_FALSE(accepts("text/*", "image/png"));
}

TEST(Ranges, AreReadAsTheStandardSays) {
  const auto one = [](string_view header, std::int64_t size) {
    const RangeRequest request = parse_range(header, size);
    return request.kind == RangeKind::kPart ? content_range(request.ranges[0], size)
                                            : string(request.kind == RangeKind::kWhole ? "whole" : "none");
  };
  EXPECT_EQ(one("bytes=0-499", 1234), "bytes 0-499/1234");
  EXPECT_EQ(one("bytes=500-", 1234), "bytes 500-1233/1234");
  EXPECT_EQ(one("bytes=-500", 1234), "bytes 734-1233/1234");
  EXPECT_EQ(one("bytes=-5000", 1234), "bytes 0-1233/1234");
  EXPECT_EQ(one("bytes=0-99999999999999999999", 10), "bytes 0-9/10");
  EXPECT_EQ(one("bytes=1234-", 1234), "none");
  EXPECT_EQ(one("bytes=-0", 1234), "none");
  EXPECT_EQ(one("bytes=0-0", 0), "none");
  for (const char* bad : {"", "bytes=", "items=0-1", "bytes=5-1", "bytes=a-b", "bytes=--5", "bytes=1", "bytes=0-1,x", "bytes=+1-2"}) {
    EXPECT_EQ(one(bad, 1234), "whole") << bad;
  }
}

TEST(Ranges, AreMergedAndLimited) {
  const RangeRequest request = parse_range("bytes=10-19, 0-4 ,5-8,15-30,-1", 100);
  EXPECT_EQ(request.ranges, (std::vector<ByteRange>{{0, 8}, {10, 30}, {99, 99}}));
  string many = "bytes=0-0";
  for (int i = 1; i < 40; ++i) many += "," + std::to_string(i * 2) + "-" + std::to_string(i * 2);
  EXPECT_EQ(parse_range(many, 1000).kind, RangeKind::kWhole);
}

TEST(EntityTags, AreComparedByTheRightStrength) {
  const string tag = make_etag("12-3");
  EXPECT_EQ(tag, "\"12-3\"");
  EXPECT_EQ(make_weak_etag("a\"b"), "W/\"a%22b\"");
  EXPECT_TRUE(matches_any_etag("\"x\", W/\"12-3\"", tag));
  EXPECT_TRUE(matches_any_etag("*", tag));
  EXPECT_FALSE(matches_any_etag("\"12\"", tag));
  EXPECT_FALSE(matches_any_etag("", tag));
  EXPECT_FALSE(matches_any_etag("\"12-3", tag));
  EXPECT_TRUE(allows_range("", tag, std::nullopt));
  EXPECT_TRUE(allows_range(tag, tag, std::nullopt));
  EXPECT_FALSE(allows_range("W/" + tag, "W/" + tag, std::nullopt));
}

TEST(HttpDates, GoBothWays) {
  const auto time = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(time);
  EXPECT_EQ(base::to_micros(*time), 784111777000000);
  EXPECT_EQ(http_date(*time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_TRUE(allows_range("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\"", *time + std::chrono::milliseconds(3)));
  for (const char* bad : {"Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", ""}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

string zip_with(string_view name) { return "PK\x03\x04" + string(26, '\0') + string(name) + string(100, 'x'); }

TEST(Sniffing, KnowsFormatsByTheirFirstBytes) {
  const std::tuple<string, const char*, const char*, bool> cases[] = {
      {"\x89PNG\r\n\x1a\nrest", "a.txt", "image/png", true},
      {"\xff\xd8\xff\xe0", "a.exe", "image/jpeg", true},
      {"GIF89a...", "", "image/gif", true},
      {"RIFF1234WEBPVP8 ", "", "image/webp", true},
      {"%PDF-1.7", "", "application/pdf", true},
      {zip_with("some/file"), "a.zip", "application/zip", false},
      {zip_with("[Content_Types].xml"), "договор.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
      {zip_with("xl/workbook.xml"), "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
      {zip_with("mimetypeapplication/vnd.oasis.opendocument.text"), "", "application/vnd.oasis.opendocument.text", false},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1zz", "old.xls", "application/vnd.ms-excel", false},
      {"Привет", "note.txt", "text/plain", true},
      {string("Привет").substr(0, 11), "cut.txt", "text/plain", true},
      {"a;b\n1;2\n", "t.csv", "text/csv", false},
      {string("\0\1\2", 3), "a.png", "application/octet-stream", false},
      {"\xfe\xff\x00", "", "application/octet-stream", false},
      {"", "empty.txt", "text/plain", true},
  };
  for (const auto& [head, name, type, is_safe] : cases) {
    const Sniffed result = sniff(head, name);
    EXPECT_EQ(result.content_type, type) << name << " " << head.substr(0, 8);
    EXPECT_EQ(result.is_safe_inline, is_safe) << name << " " << head.substr(0, 8);
  }
}

TEST(Sniffing, NeverShowsWhatABrowserMightRun) {
  for (const char* text : {"<!DOCTYPE html><p>", "  \n<html>", "\xef\xbb\xbf<script>alert(1)</script>", "<svg onload=x>",
                           "<?xml version='1.0'?><svg xmlns=''>", "<!-- x --><b>", "some text <ScRiPt>alert(1)</script>", "<iframe src=x>",
                           "<?xml version='1.0'?><a/>"}) {
    EXPECT_FALSE(sniff(text, "innocent.txt").is_safe_inline) << text;
  }
}

TEST(ContentDisposition, CarriesAnyName) {
  EXPECT_EQ(content_disposition(Disposition::kInline, "a b.pdf"), "inline; filename=\"a b.pdf\"");
  EXPECT_EQ(content_disposition(Disposition::kAttachment, "Счёт \"1\".pdf"),
            "attachment; filename=\"____ _1_.pdf\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%20%221%22.pdf");
  EXPECT_EQ(content_disposition(Disposition::kAttachment, "a\r\nX: y").find('\n'), string::npos);
}

}  // namespace
}  // namespace http
