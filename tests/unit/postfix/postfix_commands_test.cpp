// postfix_commands: what postsuper says is read as it is meant, and the commands get just what they should.
// They are scripts here; with the real ones this is tests/integration/postfix/queue_agent_test.cpp.
#include "postfix/postfix_commands.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <stdexcept>

namespace odmr::postfix
{
namespace
{

using namespace std::chrono_literals;
using test::read_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string a = "05904A86301";
const std::string b = "4jXH4t0txFz1cBNb";
const std::string c = "06360A86303";

// --- the report

TEST(read_release_report, takes_the_ids_that_are_named)
{
    const auto outcome = read_release_report(
        "postsuper: 05904A86301: released from hold\n"
        "postsuper: 4jXH4t0txFz1cBNb: released from hold\n"
        "postsuper: Released from hold: 2 messages\n",
        {a, b, c});
    EXPECT_THAT(outcome.released, ElementsAre(a, b));
    EXPECT_EQ(outcome.problem, "");
}

TEST(read_release_report, knows_one_and_none)
{
    const auto one = read_release_report(
        "postsuper: 06360A86303: released from hold\npostsuper: Released from hold: 1 message\n", {c, c});
    EXPECT_THAT(one.released, ElementsAre(c));
    EXPECT_EQ(one.problem, "");
    const auto none = read_release_report("postsuper: Released from hold: 0 messages", {a});
    EXPECT_THAT(none.released, IsEmpty());
    EXPECT_EQ(none.problem, "");
}

TEST(read_release_report, passes_by_what_else_is_said)
{
    const auto outcome = read_release_report(
        "postsuper: warning: invalid mail queue id: x\n\n"
        "postsuper: 06360A86303: placed on hold\n"
        "postsuper: 05904A86301: released from hold\n"
        "somebody: 06360A86303: released from hold\n"
        "postsuper: Released from hold: 1 message\n",
        {a, c});
    EXPECT_THAT(outcome.released, ElementsAre(a));
    EXPECT_EQ(outcome.problem, "");
}

TEST(read_release_report, does_not_believe_a_report_it_does_not_understand)
{
    EXPECT_EQ(read_release_report("", {a}).problem, "postsuper did not say how many messages it released");
    // Cut off, as when the command was killed: what it named is released all the same.
    const auto cut =
        read_release_report("postsuper: 05904A86301: released from hold\npostsuper: 0636", {a, c});
    EXPECT_THAT(cut.released, ElementsAre(a));
    EXPECT_EQ(cut.problem, "postsuper did not say how many messages it released");
    // Another wording.
    const auto changed = read_release_report(
        "postsuper: 05904A86301 is free\npostsuper: Released from hold: 1 message\n", {a});
    EXPECT_THAT(changed.released, IsEmpty());
    EXPECT_THAT(changed.problem, HasSubstr("counts 1 released messages, names 0"));
    // Somebody else's.
    const auto foreign = read_release_report(
        "postsuper: 05904A86301: released from hold\npostsuper: Released from hold: 1 message\n", {c});
    EXPECT_THAT(foreign.released, IsEmpty());
    EXPECT_THAT(foreign.problem, HasSubstr("0 of them were asked for"));
}

// --- the commands

class with_scripts : public ::testing::Test
{
protected:
    void script(const std::string& name, const std::string& body) const
    {
        const auto file = dir_.path() / name;
        test::write_file(file, "#!/bin/sh\ncd " + dir_.path().string() + "\n" + body + "\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
    with_scripts()
    {
        script("postsuper", "");
        script("postkick", "");
    }
    [[nodiscard]] postfix_commands commands(std::chrono::milliseconds limit = 20s) const
    {
        return {dir_.path().string(), "/etc/postfix-one", limit};
    }
    [[nodiscard]] std::string written(const std::string& name) const { return read_file(dir_.path() / name); }

    test::temp_dir dir_;
};

TEST_F(with_scripts, postsuper_reads_the_ids_from_its_input)
{
    script("postsuper",
           "printf '%s|' \"$@\" >args; cat >input\n"
           "echo 'postsuper: 05904A86301: released from hold' >&2\n"
           "echo 'postsuper: Released from hold: 1 message' >&2\n"
           "echo 'postsuper: 06360A86303: released from hold'; exit 0");
    const auto outcome = commands().release({a, c});
    EXPECT_EQ(written("args"), "-c|/etc/postfix-one|-H|-|");
    EXPECT_EQ(written("input"), a + "\n" + c + "\n");
    EXPECT_THAT(outcome.released, ElementsAre(a));  // what stands on standard output is no report
    EXPECT_EQ(outcome.problem, "");
}

TEST_F(with_scripts, postsuper_that_fails_has_released_what_it_named)
{
    script("postsuper",
           "echo 'postsuper: 05904A86301: released from hold' >&2\n"
           "echo 'postsuper: fatal: the disk is gone' >&2; exit 1");
    const auto outcome = commands().release({a, c});
    EXPECT_THAT(outcome.released, ElementsAre(a));
    EXPECT_EQ(outcome.problem, "postsuper exited with status 1: postsuper: fatal: the disk is gone");
}

TEST_F(with_scripts, postsuper_that_hangs_is_ended)
{
    script("postsuper", "echo 'postsuper: 05904A86301: released from hold' >&2; exec sleep 100");
    const auto outcome = commands(500ms).release({a, c});
    EXPECT_THAT(outcome.released, ElementsAre(a));
    EXPECT_THAT(outcome.problem, HasSubstr("postsuper did not end in time"));
}

TEST_F(with_scripts, postkick_scans_and_flushes_only_when_asked)
{
    script("postkick", "printf '%s|' \"$@\" >>args; exit 0");
    EXPECT_EQ(commands().wake(false).problem, "");
    EXPECT_EQ(commands().wake(true).problem, "");
    EXPECT_EQ(written("args"), "-c|/etc/postfix-one|public|qmgr|D|-c|/etc/postfix-one|public|qmgr|FD|");
}

TEST_F(with_scripts, postkick_tells_why_it_failed)
{
    script("postkick", "echo 'postkick: warning: perhaps the mail system is down' >&2; exit 1");
    EXPECT_EQ(commands().wake(false).problem,
              "postkick exited with status 1: postkick: warning: perhaps the mail system is down");
}

TEST_F(with_scripts, commands_must_be_there_from_the_start)
{
    const std::string dir = dir_.path().string();
    EXPECT_NO_THROW(postfix_commands(dir, "/etc/postfix", 1s));
    EXPECT_THROW(postfix_commands("bin", "/etc/postfix", 1s), std::runtime_error);
    EXPECT_THROW(postfix_commands(dir, "etc", 1s), std::runtime_error);
    EXPECT_THROW(postfix_commands("/nonexistent", "/etc/postfix", 1s), std::runtime_error);
    std::filesystem::permissions(dir_.path() / "postkick", std::filesystem::perms::owner_read);
    EXPECT_THROW(postfix_commands(dir, "/etc/postfix", 1s), std::runtime_error);
}

TEST_F(with_scripts, nothing_but_a_queue_id_is_one)
{
    EXPECT_TRUE(commands().valid_id(a));
    EXPECT_TRUE(commands().valid_id(b));
    EXPECT_FALSE(commands().valid_id("ALL"));
    EXPECT_FALSE(commands().valid_id("-"));
}

}  // namespace
}  // namespace odmr::postfix
