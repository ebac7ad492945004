// The tables that tell Sendmail of the customers' domains: `odmrctl maps` writes and compiles them.
#include "provider_test.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <sysexits.h>

#include <filesystem>

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;
using ::testing::StartsWith;

class sendmail_maps : public provider_test
{
protected:
    sendmail_maps() { prepare({.host = mail_system::sendmail}); }

    const private_sendmail& host() { return the_provider().sendmail(); }
    std::filesystem::path table(const std::string& name) { return host().config_dir() / name; }

    /// Sendmail's answer to that recipient.
    std::string rcpt(const std::string& recipient) { return answer_to_rcpt(host().port(), recipient); }
};

TEST_F(sendmail_maps, make_a_running_sendmail_keep_mail_for_the_domains)
{
    const sent_message message = waiting({"ann@example.org"});
    EXPECT_EQ(the_provider().queue_of(message), "odmr");
    the_provider().add_customer("bob", {"example.net"});
    const sent_message other = waiting({"bob@example.net"});
    EXPECT_EQ(the_provider().queue_of(other), "odmr");
}

TEST_F(sendmail_maps, make_sendmail_forget_a_domain_that_was_removed)
{
    EXPECT_THAT(rcpt("ann@example.com"), StartsWith("250 "));
    the_provider().odmrctl_or_throw({"domain", "remove", "example.com"});
    the_provider().odmrctl_or_throw({"maps"});
    EXPECT_EQ(read_file(table("mailertable")).find("example.com"), std::string::npos);
    EXPECT_EQ(read_file(table("mailertable.db")).find("example.com"), std::string::npos);
    EXPECT_EQ(read_file(table("access.db")).find("example.com"), std::string::npos);
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith("250 "));
}

TEST_F(sendmail_maps, are_seen_by_a_process_that_has_them_open)
{
    smtp_sender sender(host().port());
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    sender.must("RCPT TO:<ann@example.org>");
    sender.must("RSET");
    the_provider().add_customer("bob", {"example.net"});
    sender.must("MAIL FROM:<sender@elsewhere.example>");
    sender.must("RCPT TO:<bob@example.net>");
    sender.must("DATA", '3');
    const std::string id = host().accepted_id(sender.content("Subject: new\r\n\r\n"));
    EXPECT_TRUE(host().wait_for_queue([&](const auto& queue) {
        return queue.size() == 1 && queue.front().accepted_as == id && queue.front().queue_name == "odmr";
    }));
}

TEST_F(sendmail_maps, leave_the_administrators_lines_alone)
{
    const std::string mine = "# mine\nspammer.example\tREJECT\n";
    write_file(table("access"), mine + read_file(table("access")));
    the_provider().odmrctl_or_throw({"maps"});
    EXPECT_THAT(read_file(table("access")), StartsWith(mine));
    EXPECT_THAT(read_file(table("access.db")), HasSubstr("spammer.example"));
    EXPECT_THAT(the_provider().odmrctl_or_throw({"maps"}), HasSubstr("need no change"));
}

TEST_F(sendmail_maps, stay_as_they_are_when_a_domain_is_the_administrators)
{
    const std::string text = read_file(table("mailertable"));
    write_file(table("mailertable"), text + "example.net\tsmtp:[127.0.0.2]\n");
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    const command_result result = the_provider().odmrctl({"maps"});
    EXPECT_EQ(result.status, EX_CONFIG);
    EXPECT_THAT(result.error, HasSubstr("mailertable, line "));
    EXPECT_EQ(read_file(table("mailertable")), text + "example.net\tsmtp:[127.0.0.2]\n");
    EXPECT_EQ(read_file(table("access")).find("example.net"), std::string::npos);
}

TEST_F(sendmail_maps, stay_as_they_are_when_makemap_refuses_a_line)
{
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    const std::string text = read_file(table("mailertable"));
    write_file(table("mailertable"), text + "a.example\tsmtp:x\na.example\tsmtp:y\n");  // makemap refuses it
    const command_result result = the_provider().odmrctl({"maps"});
    EXPECT_EQ(result.status, EX_UNAVAILABLE);
    EXPECT_THAT(result.error, HasSubstr("duplicate key"));
    EXPECT_EQ(read_file(table("mailertable")).find("example.net"), std::string::npos);
    EXPECT_THAT(rcpt("ann@example.org"), StartsWith("250 "));
}

}  // namespace
}  // namespace odmr::test
