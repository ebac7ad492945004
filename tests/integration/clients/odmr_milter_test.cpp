// odmr-milter as an administrator starts it: exit statuses, the socket, the user, the background.
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace odmr::test
{
namespace
{

using ::testing::EndsWith;
using ::testing::HasSubstr;

class odmr_milter : public ::testing::Test
{
protected:
    program with(const std::vector<std::string>& options) const
    {
        program what{{built_program("odmr-milter"), "-p", "local:" + socket.string()}};
        what.arguments.insert(what.arguments.end(), options.begin(), options.end());
        return what;
    }
    static bool comes_up(const child_process& milter)
    {
        return wait_until([&] { return milter.standard_error().find(" ready: ") != std::string::npos; });
    }

    temp_dir directory;
    std::filesystem::path socket = directory.path() / "socket";
    std::filesystem::path pid_file = directory.path() / "pid";
};

TEST_F(odmr_milter, says_what_is_wrong_with_the_command_line)
{
    const auto none = run_command({{built_program("odmr-milter")}});
    EXPECT_EQ(none.status, EX_USAGE);
    EXPECT_THAT(none.error, HasSubstr("option --socket (-p) is missing"));
    const auto bad = run_command(with({"--timeout", "soon"}));
    EXPECT_EQ(bad.status, EX_USAGE);
    EXPECT_THAT(bad.error, HasSubstr("option --timeout: \"soon\"; expected"));
    const auto help = run_command({{built_program("odmr-milter"), "--help"}});
    EXPECT_EQ(help.status, EX_OK);
    EXPECT_THAT(help.output, HasSubstr("--policy ADDRESS"));
}

TEST_F(odmr_milter, says_what_it_could_not_have)
{
    const auto user = run_command(with({"--user", "nobody-of-that-name"}));
    EXPECT_EQ(user.status, EX_NOUSER);
    EXPECT_THAT(user.error, HasSubstr("there is no user nobody-of-that-name"));
    const auto pid = run_command(with({"--pid-file", (directory.path() / "no" / "pid").string()}));
    EXPECT_EQ(pid.status, EX_CANTCREAT);
    const auto folder = run_command(
        {{built_program("odmr-milter"), "-p", "local:" + (directory.path() / "no" / "s").string()}});
    EXPECT_EQ(folder.status, EX_UNAVAILABLE);
    EXPECT_THAT(folder.error, HasSubstr("No such file or directory"));
    write_file(socket, "precious");
    EXPECT_EQ(run_command(with({})).status, EX_UNAVAILABLE);
    EXPECT_EQ(read_file(socket), "precious");
}

TEST_F(odmr_milter, a_socket_has_one_owner)
{
    child_process first(with({"--pid-file", pid_file.string()}));
    ASSERT_TRUE(comes_up(first));
    EXPECT_EQ(read_file(pid_file), std::to_string(first.pid()) + "\n");
    const auto second = run_command(with({"--pid-file", pid_file.string()}));
    EXPECT_EQ(second.status, EX_UNAVAILABLE);
    EXPECT_THAT(second.error, HasSubstr("is in use: another program listens there"));
    EXPECT_EQ(read_file(pid_file), std::to_string(first.pid()) + "\n") << "it belongs to who runs";
    EXPECT_TRUE(std::filesystem::exists(socket));
    first.signal(SIGHUP);
    first.signal(SIGKILL);
    first.wait();
    child_process third(with({}));
    EXPECT_TRUE(comes_up(third)) << third.standard_error();
    third.signal(SIGINT);
    EXPECT_EQ(third.wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(odmr_milter, the_socket_is_its_users)
{
    const passwd* const nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0777));
    child_process milter(with({"--user", "nobody", "--socket-mode", "640"}));
    ASSERT_TRUE(comes_up(milter)) << milter.standard_error();
    struct stat status{};
    ASSERT_EQ(::stat(socket.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, nobody->pw_uid);
    EXPECT_EQ(status.st_gid, nobody->pw_gid);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
    EXPECT_THAT(read_file("/proc/" + std::to_string(milter.pid()) + "/status"),
                HasSubstr("Uid:\t" + std::to_string(nobody->pw_uid)));
}

TEST_F(odmr_milter, goes_to_the_background_when_told)
{
    const auto started =
        run_command(with({"--daemonize", "--pid-file", pid_file.string(), "--log-to", "syslog"}));
    EXPECT_EQ(started.status, EX_OK) << started.error;
    EXPECT_TRUE(std::filesystem::exists(socket)) << "it listens when its parent ends";
    const std::string text = read_file(pid_file);
    ASSERT_THAT(text, EndsWith("\n"));
    const pid_t process = std::stoi(text);
    EXPECT_EQ(read_file("/proc/" + std::to_string(process) + "/comm"), "odmr-milter\n");
    EXPECT_EQ(run_command(with({"--daemonize"})).status, EX_UNAVAILABLE)
        << "the parent tells of the child's end";
    ::kill(process, SIGTERM);
    EXPECT_TRUE(wait_until([&] { return !std::filesystem::exists(pid_file); }));
    EXPECT_FALSE(std::filesystem::exists(socket));
}

}  // namespace
}  // namespace odmr::test
