#include "server/http/syntax/multipart.hpp"

#include <gtest/gtest.h>

namespace http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XX";

std::string part(std::string_view disposition, std::string_view content, std::string_view more = {}) {
  return "--XX\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n" + std::string(more) + "\r\n" +
         std::string(content) + "\r\n";
}

std::vector<MultipartPart> parse(std::string_view body, std::size_t piece = 1 << 20, const MultipartLimits& limits = {}) {
  MultipartParser parser(kType, limits);
  for (std::size_t at = 0; at < body.size(); at += piece) parser.feed(body.substr(at, piece));
  return parser.finish();
}

std::string key_of(std::string_view body, const MultipartLimits& limits = {}) {
  try {
    parse(body, 7, limits);
  } catch (const base::Error& error) {
    return error.fields().empty() ? error.key() : error.fields()[0].path + ":" + error.fields()[0].code;
  }
  return "accepted";
}

TEST(Multipart, ReadsFieldsAndFilesWhateverThePieces) {
  const std::string body = "preamble\r\n" + part("name=\"a\"", "один") + part("name=b", "") +
                           part("name=\"f\"; filename=\"C:\\dir\\Счёт.pdf\"", "line\r\n--X\r\n-", "Content-Type: application/pdf\r\n") +
                           "--XX--\r\nepilogue";
  for (std::size_t piece = 1; piece < body.size() + 1; ++piece) {
    const auto parts = parse(body, piece);
    ASSERT_EQ(parts.size(), 3u) << piece;
    EXPECT_EQ(parts[0].name, "a");
    EXPECT_EQ(parts[0].value, "один");
    EXPECT_EQ(parts[1].name, "b");
    EXPECT_EQ(parts[1].value, "");
    EXPECT_EQ(parts[2].file_name, "Счёт.pdf");
    EXPECT_EQ(parts[2].content_type, "application/pdf");
    ASSERT_TRUE(parts[2].file);
    EXPECT_EQ(parts[2].file->read(0, 100), "line\r\n--X\r\n-");
  }
}

TEST(Multipart, UnderstandsNamesInEveryNotation) {
  const auto parts = parse(part("name=\"a\\\"b\"; filename=\"x\"; filename*=UTF-8''%D1%84.txt", "1") + "--XX--");
  EXPECT_EQ(parts[0].name, "a\"b");
  EXPECT_EQ(parts[0].file_name, "ф.txt");
  EXPECT_EQ(parse(part("name=a; filename=\"../../etc/passwd\"", "") + "--XX--")[0].file_name, "passwd");
  EXPECT_EQ(parse(part("name=a; filename=\"\"", "") + "--XX--")[0].file_name, "");
}

TEST(Multipart, SpoolsBigFilesToDisk) {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += "block " + std::to_string(i) + "\r\n";
  const auto parts = parse(part("name=f; filename=f", content) + part("name=g; filename=g", "small") + "--XX--\r\n", 1000);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_TRUE(parts[0].file->is_on_disk());
  EXPECT_FALSE(parts[1].file->is_on_disk());
  ASSERT_EQ(parts[0].file->size(), static_cast<std::int64_t>(content.size()));
  EXPECT_EQ(parts[0].file->read(0, content.size()), content);
  EXPECT_EQ(parts[0].file->read(100'000, 10), content.substr(100'000, 10));
  EXPECT_EQ(parts[0].file->read(parts[0].file->size(), 10), "");
}

TEST(Multipart, SaysWhatIsWrong) {
  EXPECT_EQ(key_of(""), "multipart_incomplete");
  EXPECT_EQ(key_of("no parts at all"), "multipart_incomplete");
  EXPECT_EQ(key_of(part("name=a", "1")), "multipart_incomplete");
  EXPECT_EQ(key_of(part("name=a", "1") + "--XX-"), "multipart_incomplete");
  EXPECT_EQ(key_of("--XXjunk\r\n\r\n\r\n--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of("--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of("--XX\r\n\r\nx\r\n--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of("--XX\r\nnonsense\r\n\r\nx\r\n--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of(part("name=\"a", "1") + "--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of(part("name=\"\xff\"", "1") + "--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of(part("filename=x", "1") + "--XX--"), "multipart_syntax");
  EXPECT_EQ(key_of("--XX\r\n" + std::string(20'000, 'h')), "multipart_syntax");
  EXPECT_EQ(key_of(part("name=city", "\xff\xfe") + "--XX--"), "city:encoding");
  EXPECT_EQ(key_of("--XX--"), "accepted");
}

TEST(Multipart, KeepsToItsLimits) {
  MultipartLimits limits;
  limits.max_parts = 2;
  limits.max_field_bytes = 10;
  limits.max_file_bytes = 20;
  EXPECT_EQ(key_of(part("name=a", "1") + part("name=b", "1") + part("name=c", "1") + "--XX--", limits), "multipart_too_many_parts");
  EXPECT_EQ(key_of(part("name=a", std::string(10, 'x')) + "--XX--", limits), "accepted");
  EXPECT_EQ(key_of(part("name=a", std::string(11, 'x')) + "--XX--", limits), "a:too_long");
  EXPECT_EQ(key_of(part("name=f; filename=g", std::string(20, 'x')) + "--XX--", limits), "accepted");
  EXPECT_EQ(key_of(part("name=f; filename=g", std::string(21, 'x')) + "--XX--", limits), "f:file_too_large");
}

TEST(Multipart, NeedsABoundary) {
  for (const char* type : {"", "multipart/form-data", "text/plain; boundary=x", "multipart/form-data; boundary=",
                           "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"\xd1\x84\""}) {
    EXPECT_THROW(MultipartParser(type, {}), base::Error) << type;
  }
  EXPECT_THROW(MultipartParser("multipart/form-data; boundary=" + std::string(71, 'b'), {}), base::Error);
}

TEST(Multipart, SaysThatTheTemporaryFolderIsUnusable) {
  MultipartLimits limits;
  limits.folder = "/nonexistent";
  limits.spool_from_bytes = 10;
  EXPECT_EQ(key_of(part("name=f; filename=g", std::string(21, 'x')) + "--XX--", limits), "temporary_file");
}

}  // namespace
}  // namespace http
