// policy_address: the places a policy server can be at, and who answers there.
#include "postfix/policy_address.hpp"

#include "support/listener.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <exception>
#include <gmock/gmock.h>
#include <string>
#include <thread>

namespace odmr::postfix
{
namespace
{

constexpr const char* queue = "/var/spool/postfix";

policy_address parsed(const char* server)
{
    return parse_policy_address(server, queue).value_or(policy_address{});
}

TEST(policy_address, may_be_a_socket)
{
    EXPECT_EQ(parsed("unix:odmr/policy"), policy_address{.path = "/var/spool/postfix/odmr/policy"});
    EXPECT_EQ(parsed("unix:./odmr//policy"), policy_address{.path = "/var/spool/postfix/odmr/policy"});
    EXPECT_EQ(parsed("unix:/run/odmr/policy"), policy_address{.path = "/run/odmr/policy"});
}

TEST(policy_address, may_be_a_port)
{
    EXPECT_EQ(parsed("inet:127.0.0.1:10031"), (policy_address{.host = "127.0.0.1", .port = 10031}));
    EXPECT_EQ(parsed("localhost:10031"), (policy_address{.host = "localhost", .port = 10031}));
    EXPECT_EQ(parsed("inet:[::1]:10031"), (policy_address{.host = "::1", .port = 10031}));
    for (const char* wrong : {"", "policy", "inet:127.0.0.1:policy", "127.0.0.1:70000", "::", "inet:"})
        EXPECT_EQ(parse_policy_address(wrong, queue), std::nullopt) << wrong;
}

TEST(policy_address, is_odmrs_when_odmrd_listens_there)
{
    settings s;
    s.policy_socket = "/var/spool/postfix/odmr/policy";
    s.policy_listen = {{"127.0.0.1", 10031}, {"0.0.0.0", 10032}};
    for (const char* own : {"unix:odmr/policy", "unix:/var/spool/postfix/odmr/policy", "inet:127.0.0.1:10031",
                            "localhost:10031", "192.0.2.1:10032"})
        EXPECT_TRUE(is_own_policy(s, parsed(own))) << own;
    for (const char* foreign :
         {"unix:private/policyd", "unix:odmr", "inet:127.0.0.1:10030", "192.0.2.1:10031"})
        EXPECT_FALSE(is_own_policy(s, parsed(foreign))) << foreign;
}

TEST(policy_address, is_named_for_postfix)
{
    settings s;
    EXPECT_EQ(own_policy_server(s, queue), "");
    s.policy_listen = {{"127.0.0.1", 10031}};
    EXPECT_EQ(own_policy_server(s, queue), "inet:127.0.0.1:10031");
    s.policy_socket = "/var/spool/postfix/odmr/policy";
    EXPECT_EQ(own_policy_server(s, queue), "unix:odmr/policy");
    s.policy_socket = "/run/odmr/policy";
    EXPECT_EQ(own_policy_server(s, queue), "unix:/run/odmr/policy");
}

/// Accepts one connection, waits for a whole request, says `answer` and closes.
std::string asked_of(const std::string& answer)
{
    test::listener server;
    std::thread serving([&] {
        const auto line = server.accept(test::patience);
        std::string request;
        std::array<char, 512> buffer{};
        while (line && request.find("\n\n") == std::string::npos) {
            const ssize_t count = ::read(line->get(), buffer.data(), buffer.size());
            if (count <= 0)
                break;
            request.append(buffer.data(), static_cast<std::size_t>(count));
        }
        EXPECT_THAT(request, testing::HasSubstr("\ninstance=\n"));
        EXPECT_EQ(::write(line->get(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
    });
    try {
        const std::string said = ask_policy({.host = "127.0.0.1", .port = server.port()});
        serving.join();
        return said;
    } catch (...) {
        serving.join();
        throw;
    }
}

TEST(policy_address, is_asked_a_question_about_no_message)
{
    EXPECT_EQ(asked_of("action=DUNNO\n\n"), "action=DUNNO");
    EXPECT_EQ(asked_of("action=450 4.2.1 not now\n\n"), "action=450 4.2.1 not now");
    EXPECT_THROW((void)asked_of("action=DUN"), std::exception);  // closed too early
    EXPECT_THROW((void)asked_of(""), std::exception);
}

TEST(policy_address, where_nobody_listens_gives_no_answer)
{
    const test::temp_dir directory;
    const policy_address nobody{.path = directory.path() / "policy"};
    EXPECT_THROW((void)ask_policy(nobody), std::exception);
    const policy_address too_long{.path = "/" + std::string(200, 'x')};
    EXPECT_THROW((void)ask_policy(too_long), std::exception);
    const policy_address no_address{.host = "policy.example.org", .port = 10031};
    EXPECT_THROW((void)ask_policy(no_address), std::exception);
}

}  // namespace
}  // namespace odmr::postfix
