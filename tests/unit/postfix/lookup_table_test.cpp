// lookup_table: lists of words, files and tables match as in Postfix. postmap itself is asked elsewhere; here
// its place is taken by a script.
#include "postfix/lookup_table.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>

namespace odmr::postfix
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class lookup_table : public testing::Test
{
protected:
    lookup_table()
    {
        s_.postfix_command_dir = directory_.path();
        s_.postfix_config_dir = directory_.path();
        s_.queue_command_timeout = seconds(20);
        // -c DIR -q - TABLE: finds every key that has an "a" in it, and knows no table "hash:none".
        postmap(
            "if [ \"$5\" = hash:none ]; then echo 'no such table' >&2; exit 1; fi\n"
            "grep a | sed 's/$/\\tfound it/'");
    }

    void postmap(const std::string& script)
    {
        const auto program = directory_.path() / "postmap";
        test::write_file(program, "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    }

    [[nodiscard]] std::set<std::string> matched(const std::string& list) const
    {
        return match_list(s_, list, {"ann", "bob", "eva"}).matched;
    }

    test::temp_dir directory_;
    settings s_;
};

TEST_F(lookup_table, answers_for_many_keys_at_once)
{
    const table_answer answer = look_up(s_, "hash:some", {"ann", "bob", "eva"});
    EXPECT_THAT(answer.found, ElementsAre(Pair("ann", "found it"), Pair("eva", "found it")));
    EXPECT_EQ(answer.trouble, "");
    EXPECT_THAT(look_up(s_, "hash:some", {}).found, IsEmpty());
}

TEST_F(lookup_table, finds_nothing_without_trouble)
{
    postmap("exit 1");
    const table_answer answer = look_up(s_, "hash:some", {"ann"});
    EXPECT_THAT(answer.found, IsEmpty());
    EXPECT_EQ(answer.trouble, "");
}

TEST_F(lookup_table, says_why_it_cannot_be_asked)
{
    EXPECT_THAT(look_up(s_, "hash:none", {"ann"}).trouble, HasSubstr("no such table"));
    EXPECT_THAT(match_list(s_, "bob, hash:none", {"ann", "bob"}).trouble, HasSubstr("no such table"));
    EXPECT_THAT(match_list(s_, "/nonexistent", {"ann"}).trouble, HasSubstr("/nonexistent"));
}

TEST_F(lookup_table, is_one_word_of_a_list)
{
    EXPECT_THAT(matched(""), IsEmpty());
    EXPECT_THAT(matched("Bob, carl"), ElementsAre("bob"));
    EXPECT_THAT(matched("hash:some"), ElementsAre("ann", "eva"));
    EXPECT_THAT(matched("hash:some bob"), ElementsAre("ann", "bob", "eva"));
}

TEST_F(lookup_table, gives_way_to_words_before_it)
{
    EXPECT_THAT(matched("!eva, hash:some"), ElementsAre("ann"));
    EXPECT_THAT(matched("hash:some, !eva"), ElementsAre("ann", "eva"));
    EXPECT_THAT(matched("!hash:some, ann, bob"), ElementsAre("bob"));
    EXPECT_THAT(matched("!!ann"), ElementsAre("ann"));
}

TEST_F(lookup_table, may_be_named_in_a_file)
{
    const std::string file = directory_.path() / "list";
    test::write_file(file, "# bob\nann\n");
    EXPECT_THAT(matched(file), ElementsAre("ann"));
    test::write_file(file, "bob hash:some\n");
    EXPECT_THAT(matched("!ann " + file), ElementsAre("bob", "eva"));
    test::write_file(file, file + "\nbob\n");  // which names itself
    EXPECT_THAT(matched(file), ElementsAre("bob"));
}

}  // namespace
}  // namespace odmr::postfix
