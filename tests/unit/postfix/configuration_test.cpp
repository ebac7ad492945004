// configuration: what postconf writes is understood.
#include "postfix/configuration.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace odmr::postfix
{
namespace
{

using testing::ElementsAre;
using testing::Pair;

constexpr const char* fields =
    "127.0.0.1:25/inet/service = 127.0.0.1:25\n"
    "127.0.0.1:25/inet/type = inet\n"
    "127.0.0.1:25/inet/chroot = -\n"
    "127.0.0.1:25/inet/process_limit = 20\n"
    "127.0.0.1:25/inet/command = smtpd -o content_filter=scan:dummy\n"
    "odmr/unix/chroot = n\n"
    "odmr/unix/command = lmtp\n"
    "/run/other/unix/chroot = y\n"
    "/run/other/unix/command = smtpd\n";

constexpr const char* options =
    "127.0.0.1:25/inet/content_filter = scan:dummy\n"
    "127.0.0.1:25/inet/smtpd_recipient_restrictions = \n"
    "gone/inet/content_filter = nobody\n";

configuration example(const std::string& level = "3.6")
{
    return {parse_parameters("compatibility_level = " + level +
                             "\ncontent_filter =\nqueue_directory = /var/spool/postfix\nlimit = 20\n"
                             "smtpd_recipient_restrictions = permit_mynetworks, check_x a = b\n"),
            parse_services(fields, options)};
}

TEST(configuration, has_the_values_of_main_cf)
{
    const configuration c = example();
    EXPECT_EQ(c.value("queue_directory"), "/var/spool/postfix");
    EXPECT_EQ(c.value("content_filter"), "");
    EXPECT_EQ(c.value("nonsense"), "");
    EXPECT_EQ(c.value("smtpd_recipient_restrictions"), "permit_mynetworks, check_x a = b");
    EXPECT_EQ(c.number("limit"), 20U);
    EXPECT_EQ(c.number("queue_directory"), 0U);
}

TEST(configuration, has_the_services_of_master_cf)
{
    const configuration c = example();
    const service* const smtp = c.find("127.0.0.1:25", "inet");
    ASSERT_NE(smtp, nullptr);
    EXPECT_EQ(smtp->label(), "127.0.0.1:25/inet");
    EXPECT_EQ(smtp->program, "smtpd");
    EXPECT_EQ(smtp->process_limit, "20");
    EXPECT_THAT(smtp->options,
                ElementsAre(Pair("content_filter", "scan:dummy"), Pair("smtpd_recipient_restrictions", "")));
    EXPECT_EQ(c.find("odmr", "unix")->program, "lmtp");
    EXPECT_EQ(c.find("odmr", "inet"), nullptr);
    EXPECT_THAT(c.running("smtpd"), ElementsAre(smtp, c.find("/run/other", "unix")));
}

TEST(configuration, of_a_service_overrides_main_cf_even_with_nothing)
{
    const configuration c = example();
    const service& smtp = *c.find("127.0.0.1:25", "inet");
    EXPECT_EQ(c.value(smtp, "content_filter"), "scan:dummy");
    EXPECT_EQ(c.value(smtp, "smtpd_recipient_restrictions"), "");
    EXPECT_EQ(c.value(smtp, "queue_directory"), "/var/spool/postfix");
    EXPECT_EQ(c.value(*c.find("odmr", "unix"), "content_filter"), "");
}

TEST(configuration, knows_what_runs_in_a_chroot)
{
    EXPECT_EQ(example().chrooted(*example().find("odmr", "unix")), false);
    EXPECT_EQ(example().chrooted(*example().find("/run/other", "unix")), true);
    // The default has changed once.
    EXPECT_EQ(example("3.6").chrooted(*example().find("127.0.0.1:25", "inet")), false);
    EXPECT_EQ(example("2").chrooted(*example().find("127.0.0.1:25", "inet")), false);
    EXPECT_EQ(example("0").chrooted(*example().find("127.0.0.1:25", "inet")), true);
}

TEST(configuration, passes_over_what_it_does_not_understand)
{
    EXPECT_TRUE(parse_services("nonsense\na = b\n/ = c\nx/y = z\n", "").empty());
    EXPECT_TRUE(parse_parameters("\n\nnonsense\n").empty());
    EXPECT_THAT(parse_parameters("last = line"), ElementsAre(Pair("last", "line")));
}

}  // namespace
}  // namespace odmr::postfix
