#include "milter/options.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace odmr::milter
{
namespace
{

using ::testing::HasSubstr;

options read(std::vector<const char*> words)
{
    words.insert(words.begin(), "odmr-milter");
    return read_options(static_cast<int>(words.size()), words.data());
}

std::string complaint(const std::vector<const char*>& words)
{
    try {
        read(words);
        return "none";
    } catch (const usage_error& problem) {
        return problem.what();
    }
}

TEST(milter_options, a_socket_is_all_that_is_needed)
{
    const options how = read({"-p", "local:/run/odmr/milter"});
    EXPECT_EQ(how.socket.text, "local:/run/odmr/milter");
    EXPECT_EQ(how.socket.path, "/run/odmr/milter");
    EXPECT_EQ(how.policy, policy_address{.path = "/run/odmr/policy"});
    EXPECT_EQ(how.timeout, seconds(5));
    EXPECT_EQ(how.socket_mode, 0660U);
    EXPECT_EQ(how.user, "");
    EXPECT_FALSE(how.daemonize);
    EXPECT_EQ(how.log_to, log_target::stderr_stream);
    EXPECT_EQ(how.level, log_level::info);
}

TEST(milter_options, all_of_them)
{
    const options how =
        read({"--socket=inet:2525@localhost", "--policy", "inet:[::1]:10031", "--timeout=2min", "--user",
              "odmr:postfix", "--socket-mode", "0600", "--pid-file", "/run/x.pid", "--daemonize", "--log-to",
              "syslog", "--log-level", "debug"});
    EXPECT_EQ(how.socket, (listen_address{.text = "inet:2525@localhost"}));
    EXPECT_EQ(how.policy, (policy_address{.endpoint = {"::1", 10031}}));
    EXPECT_EQ(how.policy_text, "inet:[::1]:10031");
    EXPECT_EQ(how.timeout, seconds(120));
    EXPECT_EQ(how.user, "odmr");
    EXPECT_EQ(how.group, "postfix");
    EXPECT_EQ(how.socket_mode, 0600U);
    EXPECT_EQ(how.pid_file, "/run/x.pid");
    EXPECT_TRUE(how.daemonize);
    EXPECT_EQ(how.log_to, log_target::syslog);
    EXPECT_EQ(how.level, log_level::debug);
}

TEST(milter_options, help_and_version_need_nothing_else)
{
    EXPECT_TRUE(read({"--help"}).help);
    EXPECT_TRUE(read({"--version"}).version);
    EXPECT_THAT(usage(), HasSubstr("--policy"));
}

TEST(milter_options, a_complaint_says_what_was_wrong_and_what_is_expected)
{
    EXPECT_THAT(complaint({}), HasSubstr("--socket (-p) is missing"));
    for (const char* bad : {"", "/run/x", "local:x", "local:", "unix:run/x", "inet:x@y", "inet:0@y",
                            "inet:70000@y", "inet:25", "inet:25@", "tcp:25@y", "file:/x"}) {
        EXPECT_THAT(complaint({"-p", bad}),
                    HasSubstr("option --socket: \"" + std::string(bad) + "\"; expected"));
    }
    const std::string long_path = "local:/" + std::string(200, 'x');
    EXPECT_THAT(complaint({"-p", long_path.c_str()}), HasSubstr("room for"));
    const auto with = [](const char* option, const char* value) {
        return complaint({"-p", "local:/x", option, value});
    };
    for (const char* bad : {"", "x", "unix:x", "unix:", "inet:localhost:5", "inet:127.0.0.1",
                            "inet:127.0.0.1:0", "inet:127.0.0.1:x"})
        EXPECT_THAT(with("--policy", bad),
                    HasSubstr("option --policy: \"" + std::string(bad) + "\"; expected unix:"));
    EXPECT_THAT(with("--policy", ("unix:/" + std::string(200, 'x')).c_str()), HasSubstr("expected unix:"));
    for (const char* bad : {"5", "0", "0s", "6min", "x"})
        EXPECT_THAT(with("--timeout", bad), HasSubstr("expected a time from 1s to 5min"));
    for (const char* bad : {"8", "1777", "x", "-1", ""})
        EXPECT_THAT(with("--socket-mode", bad), HasSubstr("expected an octal mode"));
    for (const char* bad : {":x", "x:", ":"})
        EXPECT_THAT(with("--user", bad), HasSubstr("expected NAME or NAME:GROUP"));
    EXPECT_THAT(with("--log-to", "x"), HasSubstr("expected stderr or syslog"));
    EXPECT_THAT(with("--log-level", "x"), HasSubstr("expected debug or error or info or warning"));
    EXPECT_THAT(complaint({"-p", "local:/x", "y"}), HasSubstr("no arguments"));
    EXPECT_THAT(complaint({"--nonsense"}), HasSubstr("--nonsense"));
    EXPECT_THAT(complaint({"-p"}), HasSubstr("--help"));
    EXPECT_THAT(complaint({"-p", "local:/x", "-p", "local:/y"}), HasSubstr("socket"));
}

}  // namespace
}  // namespace odmr::milter
