// What the customer's server offers, and what becomes of a message that asks for more (RFC 1870, RFC 3461,
// RFC 6152, RFC 6531).
#include "provider_test.hpp"
#include "support/lmtp_line.hpp"

#include <algorithm>

namespace odmr::test
{
namespace
{

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using features = std::vector<std::string>;

const std::string muller = "m\xc3\xbcller";

class offers : public provider_test
{
protected:
    scripted_customer& serving(const features& offered)
    {
        scripted_customer& customer = turned();
        customer.script().features = offered;
        customer.serve();
        return customer;
    }

    /// A customer that stays on the line, once its mail can come.
    scripted_customer& online(const features& offered)
    {
        scripted_customer& customer = serving(offered);
        ++sessions_;
        EXPECT_TRUE(wait_until([&] { return relays_begun() == sessions_; }));
        return customer;
    }

    /// A whole session; the customer's transcript.
    std::string fetch_with(const features& offered)
    {
        scripted_customer& customer = serving(offered);
        EXPECT_EQ(customer.wait_for_end(), session_end::quit);
        return customer.log().text();
    }

    lmtp_line lmtp()
    {
        const std::filesystem::path socket = the_provider().socket_of("example.org");
        EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(socket); }));
        return lmtp_line(socket);
    }

    void inject(const outgoing_message& message)
    {
        const std::string id = the_provider().postfix().inject(message);
        EXPECT_TRUE(the_provider().postfix().wait_for_queue([&](const auto& queue) {
            return std::ranges::any_of(
                queue, [&](const auto& m) { return m.queue_id == id && m.queue_name == "hold"; });
        }));
    }

    /// The one report that the sender gets.
    std::string report()
    {
        const auto reports = [this] { return the_provider().elsewhere().box().accepted(); };
        EXPECT_TRUE(wait_until([&] { return !reports().empty(); }));
        EXPECT_TRUE(queue_becomes_empty());
        EXPECT_THAT(reports(), SizeIs(1));
        return reports().empty() ? "" : reports().front().content;
    }

    std::vector<received_message> messages() const { return box_.messages(); }

private:
    int relays_begun()
    {
        const std::string log = the_provider().odmrd().log();
        int n = 0;
        for (std::size_t at = log.find("relay-begin:"); at != std::string::npos;
             at = log.find("relay-begin:", at + 1))
            ++n;
        return n;
    }

    int sessions_ = 0;
};

// --- 8-bit content

TEST_F(offers, eight_bit_content_goes_as_it_is_to_a_server_without_8bitmime)
{
    start();
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_THAT(fetch_with({"PIPELINING"}), Not(HasSubstr("BODY=")));
    EXPECT_TRUE(arrives(message, "ann@example.org")) << "to the last octet";
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(offers, eight_bit_content_is_refused_before_it_is_sent_where_that_is_wanted)
{
    start({.odmr = {{"eight_bit_content", "refuse"}}});
    waiting({"ann@example.org"});
    bounce_is_right("ann@example.org");
    inject({"sender@elsewhere.example", {"bob@example.org"}, "Subject: seven\r\n\r\nbits\r\n"});
    fetch_with({"PIPELINING"});
    EXPECT_THAT(report(), AllOf(HasSubstr("Final-Recipient: rfc822; ann@example.org"),
                                HasSubstr("554 5.6.3 the customer's server takes no 8-bit content")));
    ASSERT_THAT(messages(), SizeIs(1));
    EXPECT_THAT(messages().front().recipients, ElementsAre("bob@example.org"));
}

TEST_F(offers, eight_bit_content_is_converted_by_postfix_where_that_is_wanted)
{
    start({.odmr = {{"eight_bit_content", "convert"}}});
    const outgoing_message message{
        "sender@elsewhere.example", {"ann@example.org"}, make_content("eight bits"), "BODY=8BITMIME"};
    inject(message);
    EXPECT_THAT(fetch_with({"PIPELINING"}), Not(HasSubstr("BODY=")));
    ASSERT_THAT(messages(), SizeIs(1));
    const std::string content = messages().front().content;
    EXPECT_THAT(content, HasSubstr("Content-Transfer-Encoding: quoted-printable"));
    EXPECT_THAT(content, HasSubstr("Gr=C3=BC=C3=9Fe =E2=82=AC\r\n"));
    EXPECT_TRUE(std::ranges::all_of(content, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_F(offers, eight_bit_content_goes_to_a_server_with_8bitmime_in_any_case)
{
    prepare();
    for (const char* setting : {"pass", "refuse", "convert"}) {
        the_provider().set("eight_bit_content", setting);
        the_provider().start_odmrd();
        const sent_message message = waiting({"ann@example.org"});
        EXPECT_THAT(fetch_with({"8BITMIME"}), HasSubstr(" BODY=8BITMIME")) << setting;
        EXPECT_TRUE(arrives(message, "ann@example.org")) << setting;
    }
}

TEST_F(offers, eight_bit_content_goes_to_the_session_that_offers_8bitmime)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& without = online({"SIZE"});
    scripted_customer& with = online({"8BITMIME"});
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(arrives(send({"ann@example.org"}), "ann@example.org"));
    EXPECT_EQ(with.log().count("< MAIL"), 5);
    EXPECT_EQ(without.log().count("< MAIL"), 0);
    ASSERT_TRUE(queue_becomes_empty());  // no reply is lost with the line
    with.cut();
    EXPECT_TRUE(arrives(send({"ann@example.org"}), "ann@example.org")) << "better so than not at all";
}

// --- SMTPUTF8

server_script knowing_utf8()
{
    server_script script;
    script.features = {"8BITMIME", "SMTPUTF8"};
    return script;
}

TEST_F(offers, addresses_in_utf8_go_to_a_server_with_smtputf8)
{
    start();
    const std::string sender = muller + "@elsewhere.example";
    const std::string recipient = muller + "@example.org";
    const outgoing_message message{sender, {recipient}, make_content("utf8"), "BODY=8BITMIME SMTPUTF8"};
    inject(message);
    const std::string log = fetch_with({"8BITMIME", "SMTPUTF8", "PIPELINING"});
    EXPECT_THAT(log, HasSubstr("< MAIL FROM:<" + sender + "> "));
    EXPECT_THAT(log, HasSubstr(" SMTPUTF8\n"));
    EXPECT_THAT(log, HasSubstr("< RCPT TO:<" + recipient + ">"));
    ASSERT_THAT(messages(), SizeIs(1));
    EXPECT_THAT(messages().front().content, EndsWith(message.content));
    EXPECT_TRUE(queue_becomes_empty());
}

TEST_F(offers, a_recipient_in_utf8_is_returned_once_by_a_server_without_smtputf8)
{
    start({.elsewhere = knowing_utf8()});  // the report names the recipient
    inject({"sender@elsewhere.example",
            {muller + "@example.org"},
            make_content("utf8"),
            "BODY=8BITMIME SMTPUTF8"});
    const sent_message other = waiting({"ann@example.org"});
    EXPECT_EQ(the_provider().postfix().queue().size(), 2U);
    const std::string log = fetch_with({"8BITMIME"});
    EXPECT_THAT(report(), HasSubstr("5.6.7"));
    EXPECT_TRUE(arrives(other, "ann@example.org")) << "no other message suffers";
    EXPECT_THAT(log, Not(HasSubstr(muller)));
}

TEST_F(offers, a_sender_in_utf8_hears_that_its_message_is_returned)
{
    start({.elsewhere = knowing_utf8()});
    const std::string sender = muller + "@elsewhere.example";
    inject({sender, {"ann@example.org"}, make_content("utf8"), "BODY=8BITMIME SMTPUTF8"});
    EXPECT_THAT(fetch_with({"8BITMIME"}), Not(HasSubstr("< MAIL")));
    EXPECT_THAT(report(), HasSubstr("5.6.7"));
    EXPECT_THAT(the_provider().elsewhere().box().accepted().front().recipients, ElementsAre(sender));
}

TEST_F(offers, without_smtputf8_the_address_that_needs_it_decides_the_reply)
{
    start({.odmr = {{"linger", "1h"}}});
    online({"8BITMIME"});
    EXPECT_THAT(lmtp().begin("", muller + "@example.org"), StartsWith("553 5.6.7 "));
    EXPECT_THAT(lmtp().begin("SMTPUTF8"), StartsWith("555 5.5.4 ")) << "it was not offered";
}

TEST_F(offers, a_message_goes_to_the_session_that_can_take_it)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& large = online({"SIZE 100000"});
    scripted_customer& utf8 = online({"SMTPUTF8", "8BITMIME", "SIZE 1000"});
    lmtp_line line = lmtp();
    EXPECT_THAT(line.begin("SIZE=1001"), StartsWith("354 "));
    EXPECT_THAT(line.content("large\r\n"), StartsWith("250 "));
    EXPECT_THAT(line.begin("SMTPUTF8"), StartsWith("354 "));
    EXPECT_THAT(line.content("utf8\r\n"), StartsWith("250 "));
    EXPECT_EQ(large.log().count("< MAIL"), 1);
    EXPECT_EQ(utf8.log().count("< MAIL"), 1);
    // Each of them can take a part of this one, and none the whole.
    EXPECT_THAT(line.begin("SMTPUTF8 SIZE=1001"), StartsWith("55"));
    EXPECT_THAT(line.say("RSET"), StartsWith("250 "));
    EXPECT_THAT(line.begin("SIZE=100001"), StartsWith("552 5.3.4 "));
}

TEST_F(offers, a_message_whose_session_has_gone_comes_again)
{
    start({.odmr = {{"linger", "1h"}}});
    scripted_customer& utf8 = online({"SMTPUTF8", "8BITMIME"});
    scripted_customer& poor = online({});
    lmtp_line begun = lmtp();
    EXPECT_THAT(begun.begin("SMTPUTF8"), StartsWith("354 "));
    lmtp_line asked = lmtp();
    EXPECT_THAT(asked.say("LHLO mta.example.net"), HasSubstr("SMTPUTF8"));
    EXPECT_THAT(asked.say("MAIL FROM:<a@a.example> SMTPUTF8"), StartsWith("250 "));
    utf8.cut();
    ASSERT_TRUE(
        wait_until([this] { return the_provider().odmrd().log().find("relay-end:") != std::string::npos; }));
    EXPECT_THAT(asked.say("RCPT TO:<ann@example.org>"), StartsWith("451 4.3.3 "));
    EXPECT_THAT(begun.content("utf8\r\n"), StartsWith("451 4.3.3 "));
    EXPECT_EQ(poor.log().count("< MAIL"), 0);
    EXPECT_THAT(lmtp().say("LHLO mta.example.net"), Not(HasSubstr("SMTPUTF8")));
}

// --- SIZE

TEST_F(offers, a_message_larger_than_the_customers_limit_is_returned)
{
    start();
    waiting({"ann@example.org"}, 20'000);
    const sent_message small = waiting({"bob@example.org"}, 2'000);
    bounce_is_right("ann@example.org");
    fetch_with({"SIZE 10000", "8BITMIME"});
    EXPECT_TRUE(arrives(small, "bob@example.org")) << "no other message suffers";
    EXPECT_THAT(report(), HasSubstr("5.3.4"));
    EXPECT_THAT(messages(), SizeIs(1));
}

TEST_F(offers, a_message_larger_than_was_declared_is_not_sent)
{
    start({.odmr = {{"linger", "1h"}, {"content_buffer", "20K"}}});
    scripted_customer& customer = online({"SIZE 10000"});
    lmtp_line line = lmtp();
    for (const char* declared : {"", "SIZE=10"}) {
        for (const std::size_t octets : {10'001U, 1'000'000U}) {  // what fits the buffer, and what does not
            EXPECT_THAT(line.begin(declared), StartsWith("354 "));
            EXPECT_THAT(line.content(std::string(octets - 2, 'x') + "\r\n"), StartsWith("552 5.3.4 "));
        }
        EXPECT_THAT(line.begin(declared), StartsWith("354 "));
        EXPECT_THAT(line.content(std::string(9'998, 'x') + "\r\n"), StartsWith("250 "));
    }
    EXPECT_EQ(customer.log().count("< MAIL"), 2);
}

TEST_F(offers, what_is_found_too_large_on_its_way_is_the_customers_to_refuse)
{
    start({.odmr = {{"linger", "1h"}, {"content_buffer", "20K"}}});
    scripted_customer& customer = turned();
    customer.script().features = {"SIZE 100000"};
    customer.script().answer(".", "552 5.3.4 Too much for us");
    customer.serve();
    lmtp_line line = lmtp();
    EXPECT_THAT(line.begin(""), StartsWith("354 "));
    EXPECT_EQ(line.content(std::string(1'000'000, 'x') + "\r\n"), "552 5.3.4 Too much for us");
}

// --- DSN

TEST_F(offers, requests_for_reports_arrive_as_they_were_made)
{
    start();
    smtp_sender sender(the_provider().postfix().port());
    sender.must("MAIL FROM:<sender@elsewhere.example> RET=HDRS ENVID=QQ+2B314159");
    sender.must("RCPT TO:<ann@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ann+2Bx@example.net");
    sender.must("RCPT TO:<bob@example.org> NOTIFY=NEVER");
    sender.must("DATA", '3');
    EXPECT_THAT(sender.content(make_content("reports")), StartsWith("250 "));
    const std::string log = fetch_with({"DSN", "8BITMIME", "PIPELINING"});
    EXPECT_THAT(log, AllOf(HasSubstr(" RET=HDRS"), HasSubstr(" ENVID=QQ+2B314159")));
    EXPECT_THAT(log, HasSubstr("< RCPT TO:<ann@example.org> ORCPT=rfc822;ann+2Bx@example.net "
                               "NOTIFY=SUCCESS,FAILURE\n"));
    EXPECT_THAT(log, HasSubstr("< RCPT TO:<bob@example.org> ORCPT=rfc822;bob@example.org NOTIFY=NEVER\n"));
    EXPECT_TRUE(queue_becomes_empty());
    EXPECT_THAT(the_provider().elsewhere().box().messages(), IsEmpty()) << "the customer's server reports";
}

TEST_F(offers, postfix_reports_when_the_customers_server_does_not)
{
    start();
    smtp_sender sender(the_provider().postfix().port());
    sender.must("MAIL FROM:<sender@elsewhere.example> ENVID=QQ314159");
    sender.must("RCPT TO:<ann@example.org> NOTIFY=SUCCESS");
    sender.must("DATA", '3');
    EXPECT_THAT(sender.content(make_content("reports")), StartsWith("250 "));
    const std::string log = fetch_with({"8BITMIME"});
    EXPECT_THAT(log, AllOf(Not(HasSubstr("ENVID")), Not(HasSubstr("NOTIFY"))));
    EXPECT_THAT(report(), AllOf(HasSubstr("Original-Envelope-Id: QQ314159"), HasSubstr("Action: relayed")));
}

}  // namespace
}  // namespace odmr::test
