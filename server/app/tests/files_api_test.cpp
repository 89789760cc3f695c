// Files over the API: taking in, handing out, rights, letting go.
#include "server/app/tests/api_testing.hpp"
#include "server/connect/files/files.hpp"

namespace app {

namespace {

class FilesApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
  const TestUser anna = server.add_user("Анна", {{"note", {{"read", "own"}, {"create", "own"}, {"update", "own"}, {"delete", "own"}}}});
  const TestUser boris = server.add_user("Борис", {{"note", {{"read", "own"}, {"create", "own"}, {"update", "own"}}}});

  Answer upload(const TestUser& who, const std::string& name, std::string content) {
    return server.send(who, "POST", "/files", {{"Content-Type", "application/octet-stream"}, {"X-File-Name", name}}, std::move(content));
  }
  std::string path(const Answer& file) { return "/files/" + std::to_string(file.id()); }
};

const std::string kPng("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);

TEST_P(FilesApiTest, KeepsWhatIsUploadedAndHandsItOutInParts) {
  const auto file = upload(anna, "%D0%9E%D1%82%D1%87%D1%91%D1%82.txt", "0123456789");
  ASSERT_EQ(file.status, 201) << file.text;
  EXPECT_EQ(file.body.at("name").as_string(), "Отчёт.txt");
  EXPECT_EQ(file.body.at("size").as_int64(), 10);

  const auto whole = server.get(anna, path(file));
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.text, "0123456789");
  const auto part = server.send(anna, "GET", path(file), {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.text, "234");
  EXPECT_EQ(part.raw.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(server.send(anna, "GET", path(file), {{"Range", "bytes=50-"}}).status, 416);
  EXPECT_EQ(server.send(anna, "GET", path(file), {{"If-None-Match", std::string(whole.raw.header("ETag"))}}).status, 304);
}

TEST_P(FilesApiTest, TakesFormsAndKeepsTheSameContentOnce) {
  const std::string form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" +
                           kPng + "\r\n--b--\r\n";
  const auto first = server.send(anna, "POST", "/files", {{"Content-Type", "multipart/form-data; boundary=b"}}, form);
  ASSERT_EQ(first.status, 201) << first.text;
  EXPECT_EQ(first.body.at("mime").as_string(), "image/png");
  const auto second = upload(boris, "other.png", kPng);
  EXPECT_NE(first.id(), second.id());
  EXPECT_EQ(server.get(boris, path(second)).text, kPng);
  EXPECT_EQ(store::query_integer(server.application().database(), "SELECT count(DISTINCT hash) FROM sys_file"), 1);
}

TEST_P(FilesApiTest, NeverShowsUnderOurAddressWhatABrowserWouldRun) {
  const auto page = upload(anna, "page.html", "<html><script>alert(1)</script></html>");
  const auto shown = server.get(anna, path(page));
  EXPECT_TRUE(shown.raw.header("Content-Disposition").starts_with("attachment"));
  EXPECT_EQ(shown.raw.header("X-Content-Type-Options"), "nosniff");
  const auto image = upload(anna, "a.png", kPng);
  EXPECT_TRUE(server.get(anna, path(image)).raw.header("Content-Disposition").starts_with("inline"));
}

TEST_P(FilesApiTest, ShowsAFileToThoseWhoMayReadARecordThatHoldsIt) {
  const auto file = upload(anna, "a.txt", "secret");
  EXPECT_EQ(server.get(boris, path(file)).status, 404);

  const auto stolen = server.call(boris, "POST", "/notes", {{"body", "mine"}, {"files", {file.id()}}});
  EXPECT_EQ(stolen.status, 400) << stolen.text;
  EXPECT_EQ(stolen.body.at("errors").at(0).at("code").as_string(), "file_not_found");

  const auto note = server.call(anna, "POST", "/notes", {{"body", "with a file"}, {"files", {file.id()}}});
  ASSERT_EQ(note.status, 201) << note.text;
  const auto& held = note.body.at("files").at(0);
  EXPECT_EQ(held.at("name").as_string(), "a.txt");
  EXPECT_EQ(held.at("size").as_int64(), 6);
  EXPECT_EQ(server.get(boris, path(file)).status, 404);

  const auto share = server.call(server.admin(), "POST", "/notes/" + std::to_string(note.id()) + "/shares", {{"user", boris.id}});
  ASSERT_LT(share.status, 300) << share.text;
  EXPECT_EQ(server.get(boris, path(file)).text, "secret");
}

TEST_P(FilesApiTest, TakesOnlyImagesIntoImageFields) {
  const auto text = upload(server.admin(), "a.txt", "text");
  const auto image = upload(server.admin(), "a.png", kPng);
  const std::string user = "/users/" + std::to_string(anna.id);
  const auto refused = server.call(server.admin(), "PATCH", user, {{"avatar", text.id()}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body.at("errors").at(0).at("code").as_string(), "not_an_image");
  const auto taken = server.call(server.admin(), "PATCH", user, {{"avatar", image.id()}});
  ASSERT_EQ(taken.status, 200) << taken.text;
  EXPECT_EQ(taken.body.at("avatar").at("mime").as_string(), "image/png");
  EXPECT_EQ(server.get(boris, path(image)).status, 200);
}

TEST_P(FilesApiTest, LetsGoOfWhatNobodyHoldsOnlyWhenItsTimeHasPassed) {
  auto& files = server.application().api().files;
  auto& database = server.application().database();
  const auto held = upload(anna, "held.txt", "held");
  const auto loose = upload(anna, "loose.txt", "loose");
  const auto note = server.call(anna, "POST", "/notes", {{"body", "b"}, {"files", {held.id()}}});
  EXPECT_EQ(files.remove_expired(), 0);
  const auto expire = [&] {
    database.write(
        {}, [](store::Connection& connection) { connection.execute("UPDATE sys_file SET expires_at = 1 WHERE expires_at IS NOT NULL"); });
  };
  expire();
  EXPECT_EQ(files.remove_expired(), 1);
  EXPECT_EQ(server.get(anna, path(loose)).status, 404);
  EXPECT_EQ(server.get(anna, path(held)).text, "held");

  ASSERT_EQ(server.call(anna, "PATCH", "/notes/" + std::to_string(note.id()), {{"files", json::array{}}}).status, 200);
  expire();
  EXPECT_EQ(files.remove_expired(), 1);
}

TEST_P(FilesApiTest, RefusesWhatIsTooLargeOrEmpty) {
  ApiServer small(GetParam(), {"--files.max_size=1KB"});
  const auto large = small.send(small.admin(), "POST", "/files", {{"X-File-Name", "a"}}, std::string(2000, 'x'));
  EXPECT_EQ(large.status, 400) << large.text;
  EXPECT_EQ(small.send(small.admin(), "POST", "/files", {{"X-File-Name", "a"}}, std::string(200000, 'x')).status, 413);
  EXPECT_EQ(small.send(small.admin(), "POST", "/files", {{"X-File-Name", "a"}}).status, 400);
}

INSTANTIATE_TEST_SUITE_P(Databases, FilesApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
