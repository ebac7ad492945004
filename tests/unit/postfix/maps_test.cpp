// maps: the text of the tables. That Postfix compiles and uses them is shown with the real Postfix elsewhere.
#include "postfix/maps.hpp"

#include <gtest/gtest.h>

namespace odmr::postfix
{
namespace
{

TEST(maps, a_socket_below_the_queue_directory_is_named_relative_to_it)
{
    const auto text =
        transport_table({"example.com", "example.org"}, "/var/spool/postfix/odmr", "/var/spool/postfix");
    EXPECT_NE(text.find("\nexample.com\todmr:unix:odmr/example.com\n"), std::string::npos);
    EXPECT_NE(text.find("\nexample.org\todmr:unix:odmr/example.org\n"), std::string::npos);
}

TEST(maps, a_socket_elsewhere_is_named_in_full)
{
    const auto text = transport_table({"example.org"}, "/run/odmr", "/var/spool/postfix");
    EXPECT_NE(text.find("\nexample.org\todmr:unix:/run/odmr/example.org\n"), std::string::npos);
    // A folder whose name only begins alike is elsewhere.
    EXPECT_NE(transport_table({"example.org"}, "/var/spool/postfix2/odmr", "/var/spool/postfix")
                  .find("unix:/var/spool/postfix2/odmr/example.org"),
              std::string::npos);
}

TEST(maps, without_domains_they_are_empty_but_for_the_heading)
{
    EXPECT_EQ(relay_domains_table({}).find("OK"), std::string::npos);
    EXPECT_EQ(relay_domains_table({}).front(), '#');
    EXPECT_NE(relay_domains_table({"example.org"}).find("\nexample.org\tOK\n"), std::string::npos);
}

}  // namespace
}  // namespace odmr::postfix
