// odmrctl and the lists of recipients.
#include "odmrctl_program.hpp"
#include "store/recipient_store.hpp"

#include <nlohmann/json.hpp>

namespace odmr::test
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using json = nlohmann::json;
using list = std::optional<recipient_store::local_parts>;

class odmrctl_recipients : public odmrctl_program
{
protected:
    odmrctl_recipients()
    {
        EXPECT_NE(done({"customer", "add", "bob", "--domain", "example.org"}, "secret\n"), "");
    }

    [[nodiscard]] list kept() const { return recipient_store(database_).recipients("example.org"); }

    /// "odmrctl recipients example.org ..."
    [[nodiscard]] static words recipients(const words& action)
    {
        words all{"recipients", "example.org"};
        all.insert(all.end(), action.begin(), action.end());
        return all;
    }

    std::string file_ = directory_.path() / "people.txt";
};

TEST_F(odmrctl_recipients, are_read_from_a_file)
{
    write_file(file_,
               "# the people of example.org\n"
               "\n"
               "ann@example.org\n"
               "  carl@EXAMPLE.org\t\r\n"
               "   # and those without a domain\n"
               "dora\n"
               "Postmaster\n"
               "\"e f\"@example.org\n"
               "j\xc3\xb6rg\n"
               "odd#name@example.org\n"
               "ann");
    EXPECT_EQ(done(recipients({"set", file_})), "recipients of example.org: 7\n");
    EXPECT_EQ(kept(), (list{{"ann", "carl", "dora", "e f", "j\xc3\xb6rg", "odd#name", "postmaster"}}));
}

TEST_F(odmrctl_recipients, are_read_from_standard_input)
{
    EXPECT_EQ(done({"recipients", "Example.ORG", "set", "-"}, "ann\ncarl@example.org\n"),
              "recipients of example.org: 2\n");
    EXPECT_EQ(kept(), (list{{"ann", "carl"}}));
}

TEST_F(odmrctl_recipients, may_begin_with_the_mark_that_some_editors_write)
{
    EXPECT_EQ(done(recipients({"set", "-"}),
                   "\xef\xbb\xbf"
                   "ann\n"),
              "recipients of example.org: 1\n");
    EXPECT_EQ(kept(), list{{"ann"}});
}

TEST_F(odmrctl_recipients, take_the_place_of_the_old_ones)
{
    EXPECT_EQ(done(recipients({"set", "-"}), "ann\ncarl\n"), "recipients of example.org: 2\n");
    EXPECT_EQ(done(recipients({"set", "-"}), "dora\n"), "recipients of example.org: 1\n");
    EXPECT_EQ(kept(), list{{"dora"}});
    EXPECT_EQ(done(recipients({"set", "-"}), "# nobody\n"),
              "recipients of example.org: 0, everybody is refused\n");
    EXPECT_EQ(kept(), list{recipient_store::local_parts{}});
}

TEST_F(odmrctl_recipients, name_every_line_that_is_none_and_change_nothing)
{
    EXPECT_EQ(done(recipients({"set", "-"}), "ann\n"), "recipients of example.org: 1\n");
    write_file(file_,
               "carl\n"
               "carl@example.com\n"
               "\n"
               "two words\n"
               "dora@example.org OK\n"
               "@example.org\n"
               "bell\x07\x1b[31m\n"
               "not\xff"
               "utf8\n"
               "dora@example.org\n" +
                   std::string(65, 'x') + "\n" + std::string(1'000'000, 'y') + "\n");
    const auto told = failure_in_lines(EX_DATAERR, recipients({"set", file_}));
    std::string expected =
        "odmrctl: nothing is changed, because these lines are no addresses at example.org:\n";
    for (const auto& line : {std::string("2: carl@example.com"), std::string("4: two words"),
                             std::string("5: dora@example.org OK"), std::string("6: @example.org"),
                             std::string("7: bell??[31m"), std::string("8: not\xff") + "utf8",
                             "10: " + std::string(65, 'x'), "11: " + std::string(100, 'y') + "..."})
        expected += file_ + ":" + line + "\n";
    EXPECT_EQ(told, expected);
    EXPECT_THAT(failure_in_lines(EX_DATAERR, recipients({"set", "-"}), "ann@example.net\n"),
                HasSubstr("\nstandard input:1: ann@example.net\n"));
    EXPECT_EQ(kept(), list{{"ann"}});
}

TEST_F(odmrctl_recipients, are_added_and_removed)
{
    EXPECT_EQ(done(recipients({"set", "-"}), "ann\n"), "recipients of example.org: 1\n");
    EXPECT_EQ(done(recipients({"add", "Carl@Example.org", "dora", "ANN"})), "recipients of example.org: 3\n");
    EXPECT_EQ(kept(), (list{{"ann", "carl", "dora"}}));
    EXPECT_EQ(done(recipients({"remove", "ann@example.org", "Carl"})), "recipients of example.org: 1\n");
    EXPECT_EQ(kept(), list{{"dora"}});
    EXPECT_EQ(done(recipients({"remove", "dora"})), "recipients of example.org: 0, everybody is refused\n");
}

TEST_F(odmrctl_recipients, are_added_and_removed_all_or_none)
{
    EXPECT_EQ(done(recipients({"set", "-"}), "ann\n"), "recipients of example.org: 1\n");
    EXPECT_EQ(failure(EX_DATAERR, recipients({"add", "carl", "dora@example.com"})),
              "odmrctl: \"dora@example.com\" is no address at example.org: expected one such as "
              "user@example.org, or only user\n");
    EXPECT_EQ(failure(EX_DATAERR, recipients({"remove", "ann", "Carl"})),
              "odmrctl: \"carl\" is not on the list of recipients of example.org\n");
    EXPECT_EQ(kept(), list{{"ann"}});
}

TEST_F(odmrctl_recipients, are_never_a_list_by_accident)
{
    EXPECT_EQ(failure(EX_DATAERR, recipients({"add", "ann"})),
              "odmrctl: domain example.org has no list of recipients; "
              "\"odmrctl recipients example.org set\" makes one\n");
    EXPECT_EQ(failure(EX_DATAERR, recipients({"remove", "ann"})),
              "odmrctl: domain example.org has no list of recipients\n");
    EXPECT_EQ(kept(), std::nullopt);
}

TEST_F(odmrctl_recipients, are_shown_such_that_they_can_be_read_again)
{
    const std::string shown =
        "\"#1\"@example.org\n"
        "\"a b\\\"c\\\\d\"@example.org\n"
        "\"e@f\"@example.org\n"
        "ann@example.org\n"
        "j\xc3\xb6rg@example.org\n";
    EXPECT_EQ(done(recipients({"set", "-"}), shown), "recipients of example.org: 5\n");
    EXPECT_EQ(kept(), (list{{"#1", "a b\"c\\d", "ann", "e@f", "j\xc3\xb6rg"}}));
    const auto again = done(recipients({"list"}));
    EXPECT_EQ(done(recipients({"set", "-"}), again), "recipients of example.org: 5\n");
    EXPECT_EQ(kept(), (list{{"#1", "a b\"c\\d", "ann", "e@f", "j\xc3\xb6rg"}}));
    EXPECT_EQ(json::parse(done(recipients({"list", "--json"}))),
              json({{"domain", "example.org"},
                    {"recipients",
                     {"\"#1\"@example.org", "\"a b\\\"c\\\\d\"@example.org", "ann@example.org",
                      "\"e@f\"@example.org", "j\xc3\xb6rg@example.org"}}}));
}

TEST_F(odmrctl_recipients, that_are_none_are_told_from_no_list)
{
    EXPECT_EQ(done(recipients({"list"})), "# example.org has no list, nobody is refused\n");
    EXPECT_EQ(json::parse(done(recipients({"list", "--json"}))),
              R"({"domain": "example.org", "recipients": null})"_json);
    EXPECT_EQ(done(recipients({"set", "-"})), "recipients of example.org: 0, everybody is refused\n");
    EXPECT_EQ(done(recipients({"list"})), "# example.org: the list is empty, everybody is refused\n");
    EXPECT_EQ(json::parse(done(words{"--json", "recipients", "example.org", "list"})),
              R"({"domain": "example.org", "recipients": []})"_json);
    EXPECT_EQ(done(recipients({"clear"})), "recipients of example.org: no list, nobody is refused\n");
    EXPECT_EQ(kept(), std::nullopt);
}

TEST_F(odmrctl_recipients, of_other_domains_are_refused)
{
    for (const auto& [domain, shown] :
         {std::pair{"example.com", "example.com"}, {"No Domain", "no domain"}}) {
        const auto refusal = "odmrctl: domain " + std::string(shown) + " belongs to no customer\n";
        for (const words& action :
             {words{"set", file_}, {"add", "ann"}, {"remove", "ann"}, {"list"}, {"clear"}}) {
            words command{"recipients", domain};
            command.insert(command.end(), action.begin(), action.end());
            EXPECT_EQ(failure(EX_DATAERR, command), refusal) << action.front();
        }
    }
}

TEST_F(odmrctl_recipients, need_a_file_that_can_be_read)
{
    EXPECT_EQ(failure(EX_NOINPUT, recipients({"set", file_})),
              "odmrctl: " + file_ + ": cannot be read: No such file or directory\n");
    EXPECT_EQ(failure(EX_NOINPUT, recipients({"set", directory_.path()})),
              "odmrctl: " + directory_.path().string() + ": cannot be read: Is a directory\n");
    EXPECT_EQ(kept(), std::nullopt);
}

TEST_F(odmrctl_recipients, need_a_command_line_that_makes_sense)
{
    EXPECT_THAT(failure(EX_USAGE, {"recipients"}),
                StartsWith("odmrctl: there is no command \"recipients\"; expected recipients DOMAIN set, "
                           "recipients DOMAIN add, "));
    EXPECT_THAT(failure(EX_USAGE, {"recipients", "example.org", "frob"}),
                HasSubstr("\"recipients example.org frob\"; expected recipients DOMAIN set"));
    EXPECT_THAT(failure(EX_USAGE, {"recipients", "set", "example.org", file_}),
                HasSubstr("there is no command"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"set"})),
                HasSubstr("too few arguments; expected odmrctl recipients DOMAIN set FILE|-"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"set", "-", "-"})), HasSubstr("too many arguments"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"add"})), HasSubstr("too few arguments"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"add", "-"})), HasSubstr("'-'"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"clear", "ann"})), HasSubstr("too many arguments"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"clear", "--json"})), HasSubstr("--json"));
    EXPECT_THAT(failure(EX_USAGE, recipients({"list", "ann"})),
                AllOf(StartsWith("odmrctl: recipients DOMAIN list: "), HasSubstr("too many arguments")));
}

TEST_F(odmrctl_recipients, may_be_very_many)
{
    std::string many;
    for (int i = 0; i < 100'000; ++i)
        many += "user" + std::to_string(i) + "@example.org\n";
    write_file(file_, many);
    const auto began = clock::now();
    EXPECT_EQ(done(recipients({"set", file_})), "recipients of example.org: 100000\n");
    EXPECT_LT(clock::now() - began, seconds(30));  // far from what is measured (see tests/bench)
    EXPECT_TRUE(recipient_store(database_).has_recipient("example.org", "User99999"));
    EXPECT_FALSE(recipient_store(database_).has_recipient("example.org", "user100000"));
}

}  // namespace
}  // namespace odmr::test
