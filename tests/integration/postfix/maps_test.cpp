// The tables that tell Postfix of the customers' domains: `odmrctl maps` writes and compiles them.
#include "provider_test.hpp"
#include "support/child_process.hpp"

#include <filesystem>

namespace odmr::test
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;

class maps : public provider_test
{
protected:
    /// What Postfix finds for a key, without its line end; empty when there is nothing.
    std::string look_up(const std::string& table, const std::string& key)
    {
        std::string value =
            run_command({{"postmap", "-c", the_provider().postfix().config_dir().string(), "-q", key,
                          "hash:" + (the_provider().postfix().config_dir() / "odmr" / table).string()}})
                .output;
        if (value.ends_with('\n'))
            value.pop_back();
        return value;
    }

    /// Makes postmap do something else: a shell script.
    void replace_postmap(const std::string& script)
    {
        const std::filesystem::path bin = the_provider().directory() / "bin";
        std::filesystem::create_directory(bin);
        for (const char* command : {"postmap", "postqueue", "postconf"})
            std::filesystem::create_symlink(std::filesystem::path("/usr/sbin") / command, bin / command);
        std::filesystem::remove(bin / "postmap");
        write_file(bin / "postmap", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(bin / "postmap", std::filesystem::perms::owner_all);
        the_provider().set("postfix_command_dir", bin.string());
    }
};

TEST_F(maps, name_every_domain_and_its_socket)
{
    prepare();
    EXPECT_EQ(look_up("transport", "example.org"), "odmr:unix:odmr/example.org");
    EXPECT_EQ(look_up("transport", "example.com"), "odmr:unix:odmr/example.com");
    EXPECT_NE(look_up("relay_domains", "example.org"), "");
    EXPECT_EQ(look_up("transport", "example.net"), "");
    EXPECT_EQ(look_up("relay_domains", "example.net"), "");
}

TEST_F(maps, make_a_running_postfix_accept_and_keep_mail_for_a_new_domain)
{
    start();
    const sent_message earlier = waiting({"ann@example.org"});  // Postfix has used its tables
    const outgoing_message to_bob{
        "sender@elsewhere.example", {"bob@example.net"}, make_content("too early"), ""};
    the_provider().postfix().inject(to_bob);  // nobody's domain yet: it goes elsewhere
    the_provider().add_customer("bob", {"example.net"});
    const sent_message message = waiting({"bob@example.net"});
    scripted_customer& bob = logged_in("bob");
    EXPECT_THAT(bob.say("ATRN"), ::testing::StartsWith("250 "));
    bob.serve();
    EXPECT_EQ(bob.wait_for_end(), session_end::quit);
    EXPECT_TRUE(arrives(message, "bob@example.net"));
}

TEST_F(maps, make_postfix_refuse_a_domain_that_was_removed)
{
    prepare();
    the_provider().odmrctl_or_throw({"domain", "remove", "example.com"});
    the_provider().odmrctl_or_throw({"maps"});
    EXPECT_EQ(look_up("transport", "example.com"), "");
    EXPECT_EQ(look_up("relay_domains", "example.com"), "");
    EXPECT_EQ(look_up("transport", "example.org"), "odmr:unix:odmr/example.org");
}

TEST_F(maps, stay_as_they_are_when_postfix_does_not_know_their_type)
{
    prepare();
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    replace_postmap("echo 'postmap: fatal: unsupported dictionary type' >&2; exit 1");
    const command_result result = the_provider().odmrctl({"maps"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.error, HasSubstr("unsupported dictionary type"));
    EXPECT_EQ(look_up("transport", "example.org"), "odmr:unix:odmr/example.org");
    EXPECT_EQ(look_up("transport", "example.net"), "");
}

TEST_F(maps, stay_as_they_are_when_postmap_dies_half_way)
{
    prepare();
    the_provider().odmrctl_or_throw({"domain", "add", "alice", "example.net"});
    replace_postmap("for last; do :; done; echo half > \"${last#*:}.db\"; kill -9 $$");
    EXPECT_NE(the_provider().odmrctl({"maps"}).status, 0);
    EXPECT_EQ(look_up("transport", "example.org"), "odmr:unix:odmr/example.org");
    EXPECT_EQ(look_up("relay_domains", "example.com").empty(), false);
}

TEST_F(maps, are_complete_at_every_moment_while_they_are_rewritten)
{
    prepare();
    for (int i = 0; i < 5; ++i) {
        child_process rewriting(
            {{built_program("odmrctl"), "--config", the_provider().config_file().string(), "maps"}});
        while (rewriting.running())
            ASSERT_EQ(look_up("transport", "example.org"), "odmr:unix:odmr/example.org");
        EXPECT_EQ(rewriting.wait(), 0) << rewriting.standard_error();
    }
}

TEST_F(maps, leave_no_files_behind_that_nobody_reads)
{
    prepare();
    the_provider().odmrctl_or_throw({"maps"});
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(the_provider().postfix().config_dir() / "odmr"))
        names.push_back(entry.path().filename().string());
    EXPECT_THAT(names, ::testing::UnorderedElementsAre("relay_domains", "relay_domains.db", "transport",
                                                       "transport.db"));
}

}  // namespace
}  // namespace odmr::test
