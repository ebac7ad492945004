// maps: both tables change, or none does. That Sendmail uses what makemap makes is shown with the real one
// elsewhere.
#include "sendmail/maps.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <gmock/gmock.h>

namespace odmr::sendmail
{
namespace
{

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using words = std::vector<std::string>;

class maps : public ::testing::Test
{
protected:
    maps()
    {
        fs::create_directory(etc_);
        config_.sendmail_maps_dir = etc_;
        config_.sendmail_map_type = "hash";
        config_.sendmail_makemap = folder_.path() / "makemap";
        config_.queue_command_timeout = seconds(30);
        makemap_does("cat > \"$last.db\"");
    }

    /// last: its last argument, the table's path. Each run leaves a line with its arguments in runs().
    void makemap_does(const std::string& script)
    {
        test::write_file(config_.sendmail_makemap, "#!/bin/sh\nfor last; do :; done\necho \"$@\" >>" +
                                                       (folder_.path() / "runs").string() + "\n" + script +
                                                       "\n");
        fs::permissions(config_.sendmail_makemap, fs::perms::owner_all);
    }

    std::string runs() { return test::read_file(folder_.path() / "runs"); }
    std::string text(const std::string& name) { return test::read_file(etc_ + "/" + name); }
    void write(const std::string& name, const std::string& content)
    {
        test::write_file(etc_ + "/" + name, content);
    }

    words names()
    {
        words found;
        for (const auto& entry : fs::directory_iterator(etc_))
            found.push_back(entry.path().filename().string());
        return found;
    }

    std::string failure(const words& domains)
    {
        try {
            write_maps(config_, domains);
        } catch (const std::runtime_error& problem) {
            return problem.what();
        }
        return "none";
    }

    test::temp_dir folder_;
    std::string etc_ = folder_.path() / "mail";
    settings config_;
};

TEST_F(maps, say_where_the_mail_goes_and_that_it_is_accepted)
{
    write("access", "spammer.example\tREJECT\n");
    EXPECT_TRUE(write_maps(config_, {"example.com", "example.org"}));
    EXPECT_THAT(text("mailertable"),
                HasSubstr("\nexample.com\todmr:example.com\nexample.org\todmr:example.org\n#"));
    EXPECT_THAT(text("access"), StartsWith("spammer.example\tREJECT\n#"));
    EXPECT_THAT(text("access"), HasSubstr("\nTo:example.com\tRELAY\nTo:example.org\tRELAY\n#"));
    EXPECT_EQ(text("mailertable.db"), text("mailertable")) << "compiled from the new text";
    EXPECT_EQ(text("access.db"), text("access"));
    EXPECT_THAT(names(), UnorderedElementsAre("mailertable", "mailertable.db", "access", "access.db"));
}

TEST_F(maps, are_compiled_as_the_configuration_says)
{
    config_.sendmail_config = "/etc/mail/sendmail-odmr.cf";
    config_.sendmail_map_type = "cdb";
    makemap_does("cat > \"$last.cdb\"");
    EXPECT_TRUE(write_maps(config_, {"example.org"}));
    EXPECT_THAT(runs(), StartsWith("-C /etc/mail/sendmail-odmr.cf cdb " + etc_));
    EXPECT_THAT(names(), UnorderedElementsAre("mailertable", "mailertable.cdb", "access", "access.cdb"));
}

TEST_F(maps, without_a_change_nothing_is_written_or_compiled)
{
    EXPECT_TRUE(write_maps(config_, {"example.org"}));
    const std::string before = runs();
    const auto when = fs::last_write_time(etc_ + "/access.db");
    EXPECT_FALSE(write_maps(config_, {"example.org"}));
    EXPECT_EQ(runs(), before);
    EXPECT_EQ(fs::last_write_time(etc_ + "/access.db"), when);
}

TEST_F(maps, a_table_that_is_older_than_its_text_is_compiled_again)
{
    write_maps(config_, {"example.org"});
    write("access", text("access") + "new.example\tREJECT\n");
    fs::last_write_time(etc_ + "/access.db", fs::last_write_time(etc_ + "/access") - std::chrono::seconds(1));
    EXPECT_FALSE(compiled_is_current(config_, "access"));
    EXPECT_TRUE(write_maps(config_, {"example.org"}));
    EXPECT_THAT(text("access.db"), EndsWith("new.example\tREJECT\n"));
    EXPECT_TRUE(compiled_is_current(config_, "access"));
    fs::remove(etc_ + "/mailertable.db");
    EXPECT_TRUE(write_maps(config_, {"example.org"}));
    EXPECT_EQ(text("mailertable.db"), text("mailertable"));
}

TEST_F(maps, keep_owner_and_mode)
{
    const bool root = ::geteuid() == 0;
    for (const char* name : {"mailertable", "mailertable.db", "access", "access.db"}) {
        write(name, "");
        EXPECT_EQ(::chmod((etc_ + "/" + name).c_str(), 0640), 0);
        EXPECT_EQ(root ? ::chown((etc_ + "/" + name).c_str(), 65534, 65533) : 0, 0);
    }
    write_maps(config_, {"example.org"});
    for (const char* name : {"mailertable", "mailertable.db", "access", "access.db"}) {
        struct stat now{};
        ASSERT_EQ(::stat((etc_ + "/" + name).c_str(), &now), 0);
        EXPECT_EQ(now.st_mode & 07777U, 0640U) << name;
        EXPECT_NE(now.st_size, 0) << name;
        if (root) {
            EXPECT_EQ(now.st_uid, 65534U) << name;
            EXPECT_EQ(now.st_gid, 65533U) << name;
        }
    }
}

TEST_F(maps, who_has_the_old_one_open_finds_it_changed)
{
    write_maps(config_, {"example.org"});
    const std::string old = etc_ + "/mailertable.db";
    fs::create_hard_link(old, folder_.path() / "open");
    const auto when = fs::last_write_time(old);
    write_maps(config_, {"example.com"});
    EXPECT_GE(fs::last_write_time(folder_.path() / "open"), std::chrono::ceil<std::chrono::seconds>(when))
        << "whole seconds count";
    EXPECT_LT(fs::last_write_time(old), when + std::chrono::hours(1));
}

TEST_F(maps, that_are_links_stay_links)
{
    test::write_file(folder_.path() / "shared", "a.example\tx\n");
    fs::create_symlink(folder_.path() / "shared", etc_ + "/mailertable");
    write_maps(config_, {"example.org"});
    EXPECT_TRUE(fs::is_symlink(etc_ + "/mailertable"));
    EXPECT_THAT(text("mailertable"), HasSubstr("example.org\todmr:example.org\n"));
}

TEST_F(maps, stay_as_they_are_when_a_domain_is_the_administrators)
{
    write("access", "To:example.org\tREJECT\n");
    EXPECT_THAT(failure({"example.org"}), StartsWith(etc_ + "/access, line 1: \"to:example.org\" belongs"));
    EXPECT_THAT(names(), UnorderedElementsAre("access"));
    EXPECT_EQ(text("access"), "To:example.org\tREJECT\n");
    EXPECT_EQ(runs(), "");
}

TEST_F(maps, what_access_says_of_senders_is_no_conflict)
{
    write("access", "From:example.org\tREJECT\nexample.org\tREJECT\nTo:ann@example.org\tREJECT\n");
    EXPECT_EQ(failure({"example.org"}), "none");
}

TEST_F(maps, stay_as_they_are_when_makemap_fails)
{
    write_maps(config_, {"example.org"});
    const std::string access = text("access");
    makemap_does("case $last in *access) echo 'makemap: no memory' >&2; exit 71;; esac; cat > \"$last.db\"");
    EXPECT_THAT(failure({"example.com"}),
                HasSubstr("makemap of access exited with status 71: makemap: no memory"));
    EXPECT_EQ(text("access"), access);
    EXPECT_THAT(text("mailertable"), HasSubstr("example.org")) << "not one without the other";
    EXPECT_EQ(text("mailertable.db"), text("mailertable"));
    EXPECT_THAT(names(), UnorderedElementsAre("mailertable", "mailertable.db", "access", "access.db"));
    config_.sendmail_makemap = "/nowhere/makemap";
    EXPECT_THAT(failure({"example.com"}), HasSubstr("/nowhere/makemap of mailertable"));
}

}  // namespace
}  // namespace odmr::sendmail
