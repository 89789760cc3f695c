// Documents by mail.
#include <thread>

#include "modules/documents/server/documents_testing.hpp"
#include "server/http/smtp/smtp_testing.hpp"

namespace documents {

namespace {

using http::testing::SmtpStandIn;

class SendTest : public DocumentsTest {
 protected:
  SmtpStandIn post_office;

  void set_up_mail() {
    const auto answer = server.call(server.admin(), "PUT", "/settings/mail-server",
                                    {{"host", "127.0.0.1"},
                                     {"port", post_office.port()},
                                     {"security", "none"},
                                     {"from_address", "crm@example.ru"},
                                     {"site_url", "https://crm.example.ru"}});
    ASSERT_EQ(answer.status, 200) << answer.text;
  }
  static json::object line(const char* price) { return {{"name", "Окно"}, {"quantity", "1"}, {"price", price}}; }
};

TEST_P(SendTest, AnOfferIsSentAsPdfWithItsLinkAndItsNumber) {
  const auto contact = create("/contacts", {{"name", "Иван Петров"}, {"emails", {"ivan@buyer.example"}}});
  const auto id = document("quotes", {line("1000")}, {{"contact", contact}});
  const std::string path = address("quotes", id);
  EXPECT_EQ(post(path + ":send", {{"to", {"a@b.ru"}}, {"subject", "x"}}).body.at("code").as_string(), "mail_off");
  EXPECT_FALSE(get(path + "/send-draft").at("is_on").as_bool());
  set_up_mail();

  const auto draft = get(path + "/send-draft");
  EXPECT_EQ(draft.at("to").at(0).as_string(), "ivan@buyer.example");
  EXPECT_EQ(draft.at("forms").at(0).as_string(), "quote");
  EXPECT_NE(draft.at("subject").as_string().find("{number}"), json::string::npos);
  EXPECT_NE(draft.at("text").as_string().find("{link}"), json::string::npos);
  EXPECT_NE(draft.at("text").as_string().find("Иван Петров"), json::string::npos);
  const auto sent = post(path + ":send", {{"to", draft.at("to")},
                                          {"cc", {"boss@example.com"}},
                                          {"subject", draft.at("subject")},
                                          {"text", draft.at("text")},
                                          {"forms", draft.at("forms")}});
  ASSERT_EQ(sent.status, 201) << sent.text;
  EXPECT_EQ(sent.body.at("state").as_string(), "sent");
  ASSERT_TRUE(app::eventually([&] { return !post_office.taken().empty(); }));
  const auto letter = post_office.taken().at(0);
  EXPECT_EQ(letter.to, (std::vector<std::string>{"ivan@buyer.example", "boss@example.com"}));
  const auto read = base::parse_json(http::testing::read_by_python(letter.data));
  EXPECT_NE(read.at("headers").at("Subject").as_string().find("РМ-00001"), json::string::npos);
  const auto& parts = read.at("parts").as_array();
  ASSERT_EQ(parts.size(), 2u);
  const std::string link(sent.body.at("link").as_string());
  EXPECT_NE(parts[0].at("text").as_string().find(link), json::string::npos);
  EXPECT_EQ(parts[0].at("text").as_string().find("{"), json::string::npos);
  EXPECT_EQ(parts[1].at("type").as_string(), "application/pdf");
  EXPECT_NE(parts[1].at("name").as_string().find("РМ-00001"), json::string::npos);
  EXPECT_GT(parts[1].at("size").as_int64(), 5000);
  EXPECT_EQ(server.send({}, "GET", link.substr(link.find("/shared/")), {}).status, 200);
  EXPECT_NE(get(path + "/timeline").at("items").as_array().size(), 0u);
  // Again: the same link, no other number.
  const auto again = post(path + ":send", {{"to", "ivan@buyer.example"}, {"subject", "Напоминание"}, {"text", "{link}"}});
  EXPECT_EQ(again.body.at("link").as_string(), link);
}

TEST_P(SendTest, WhatMayNotGoIsRefusedBeforeAnythingHappens) {
  set_up_mail();
  const auto invoice = document("invoices", {line("100")});
  const std::string path = address("invoices", invoice);
  const json::object letter{{"to", {"a@b.ru"}}, {"subject", "Счёт"}, {"forms", {"invoice"}}};
  EXPECT_EQ(post(path + ":send", letter).body.at("code").as_string(), "document_not_posted");
  posted("invoices", invoice);
  const auto with = [&](const char* member, json::value value) {
    json::object changed = letter;
    changed[member] = std::move(value);
    return faults(post(path + ":send", changed));
  };
  EXPECT_EQ(with("to", {"a@b.ru", "нет"}), Faults{"to[1] email"});
  EXPECT_EQ(with("to", json::array{}), Faults{"to required"});
  EXPECT_EQ(with("cc", {"a@b.ru\r\nBcc: x@evil.example"}), Faults{"cc[0] email"});
  EXPECT_EQ(with("subject", "a\r\nBcc: x@evil.example"), Faults{"subject line_break"});
  EXPECT_EQ(with("forms", {"nothing"}), Faults{"form unknown_option"});
  EXPECT_EQ(with("bcc", {"a@b.ru"}), Faults{"bcc unknown_field"});
  const auto reader = server.add_user("Глеб", {{"*", {{"read", "all"}}}});
  EXPECT_EQ(server.call(reader, "POST", path + ":send", letter).status, 403);

  // A discount beyond the limit waits; nothing goes.
  create("/discount-limits", {{"max_percent", "10"}});
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}}}});
  const auto product = create("/products", {{"name", "Дрель"}, {"price", "100"}});
  const auto quote =
      server.call(boris, "POST", "/quotes",
                  {{"company", client}, {"lines", json::array{json::object{{"product", product}, {"discount_percent", "30"}}}}});
  const std::string offer = address("quotes", quote.id()) + ":send";
  const auto waits = server.call(boris, "POST", offer, {{"to", {"a@b.ru"}}, {"subject", "КП"}});
  EXPECT_EQ(waits.status, 202) << waits.text;
  EXPECT_EQ(waits.body.at("state").as_string(), "approval");
  EXPECT_EQ(server.call(boris, "POST", offer, {{"to", {"a@b.ru"}}, {"subject", "КП"}}).body.at("code").as_string(),
            "quote_waits_for_approval");
  EXPECT_TRUE(post_office.commands().empty());
}

TEST_P(SendTest, AnOfferIsPostedWithItsLetterOrNotAtAll) {
  set_up_mail();
  const auto id = document("quotes", {line("1000")});
  const std::string path = address("quotes", id);
  const json::object everything{{"read", "all"}, {"create", "all"}, {"update", "all"}};
  json::object narrow = everything;
  narrow["condition"] = "subject = \"Счёт\"";
  const auto vera = server.add_user("Вера", {{"*", everything}, {"outgoing_mail", narrow}});
  const json::object letter{{"to", {"a@b.ru"}}, {"subject", "КП {number}"}, {"text", "{link}"}, {"forms", {"quote"}}};
  EXPECT_EQ(server.call(vera, "POST", path + ":send", letter).status, 403);
  const auto after = get(path);
  EXPECT_EQ(after.at("state").as_string(), "draft");
  EXPECT_TRUE(after.at("number").is_null());
  EXPECT_EQ(get("/share-links").at("items").as_array().size(), 0u);

  // The number that was given back is the next one's.
  const auto sent = post(path + ":send", letter);
  ASSERT_EQ(sent.status, 201) << sent.text;
  EXPECT_EQ(get(path).at("number").as_string(), "РМ-00001");
  EXPECT_EQ(get("/outgoing-mails/" + std::to_string(sent.body.at("letter").at("id").as_int64())).at("subject").as_string(), "КП РМ-00001");
}

TEST_P(SendTest, OffersSentAtOnceNameEachItsOwnNumber) {
  set_up_mail();
  constexpr int kOffers = 4;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < kOffers; ++i) ids.push_back(document("quotes", {line("1000")}));
  std::vector<app::Answer> answers(kOffers);
  std::vector<std::thread> threads;
  for (int i = 0; i < kOffers; ++i) {
    threads.emplace_back([&, i] {
      answers[i] =
          post(address("quotes", ids[i]) + ":send", {{"to", {"a@b.ru"}}, {"subject", "КП"}, {"text", "{number}"}, {"forms", {"quote"}}});
    });
  }
  for (auto& thread : threads) thread.join();
  int sent = 0;
  for (int i = 0; i < kOffers; ++i) {
    const auto offer = get(address("quotes", ids[i]));
    if (answers[i].status == 503) {  // five times in a row another was faster
      EXPECT_EQ(offer.at("state").as_string(), "draft");
      continue;
    }
    ASSERT_EQ(answers[i].status, 201) << answers[i].text;
    ++sent;
    const std::string number(offer.at("number").as_string());
    const auto letter = get("/outgoing-mails/" + std::to_string(answers[i].body.at("letter").at("id").as_int64()));
    EXPECT_EQ(letter.at("text").as_string(), number);
    EXPECT_NE(letter.at("files").at(0).at("name").as_string().find(number), json::string::npos);
  }
  EXPECT_GE(sent, 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, SendTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace documents
