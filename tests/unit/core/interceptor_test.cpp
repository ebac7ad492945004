#include "core/interceptor.hpp"

#include "fake_directory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace odmr
{
namespace
{

using strings = std::vector<std::string>;

/// Says what the test has written down, and writes down what it hears.
class host : public interceptor_host
{
public:
    [[nodiscard]] bool online(std::string_view domain) const override
    {
        return domains_online.contains(domain);
    }
    [[nodiscard]] mail_amount waiting(std::string_view customer) const override
    {
        const auto found = waits.find(customer);
        return found == waits.end() ? mail_amount{} : found->second;
    }
    [[nodiscard]] bool record_hold(const arrival& message) override
    {
        heard.push_back("record" + shown(message));
        return can_record;
    }
    void passed(const arrival& message) override { heard.push_back("passed" + shown(message)); }

    void refused(refusal why) override { refusals.push_back(why); }

    std::set<std::string, std::less<>> domains_online;
    std::map<std::string, mail_amount, std::less<>> waits;
    bool can_record = true;
    strings heard;
    std::vector<refusal> refusals;

private:
    static std::string shown(const arrival& message)
    {
        std::string text = ' ' + message.queue_id + ' ' + std::to_string(message.octets);
        for (const envelope::share& s : message.recipients.shares())
            text += ' ' + s.customer + ':' + s.domain + ':' + std::to_string(s.recipients);
        if (message.recipients.others() > 0)
            text += " others:" + std::to_string(message.recipients.others());
        return text;
    }
};

policy_request rcpt(std::string recipient, std::string queue_id = "ID1", std::string instance = "i1")
{
    policy_request request;
    request.stage = policy_stage::rcpt;
    request.instance = std::move(instance);
    request.recipient = std::move(recipient);
    request.queue_id = std::move(queue_id);
    request.sender = "sender@client.example";
    return request;
}

/// recipient: Postfix names it when there is only one.
policy_request end(std::uint64_t count, std::string recipient = "", std::string queue_id = "ID1",
                   std::string instance = "i1")
{
    policy_request request = rcpt(std::move(recipient), std::move(queue_id), std::move(instance));
    request.stage = policy_stage::end_of_message;
    request.recipient_count = count;
    request.size = 1129;
    return request;
}

const std::string pass = "DUNNO";
const std::string hold = "HOLD until customer smith comes";
const std::string unknown = "550 5.1.1 No such recipient here";
const std::string disabled = "450 4.2.1 This domain takes no mail at present";
const std::string full = "452 4.2.2 Too much mail waits for this domain already";

class interceptor_test : public ::testing::Test
{
protected:
    interceptor_test()
    {
        directory.domains = {
            {"a.example", {.name = "smith"}},
            {"b.example", {.name = "smith"}},
            {"listed.example", {.name = "smith", .has_recipient_list = true}},
            {"j.example", {.name = "jones"}},
            {"off.example", {.name = "brown", .enabled = false, .has_recipient_list = true}},
            {"small.example", {.name = "small", .limit = {.messages = 2, .octets = 1000}}},
        };
        directory.recipients = {"user@listed.example",      "j\xc3\xb6rg@listed.example",
                                "with+plus@listed.example", "+odd@listed.example",
                                "@listed.example",          "user@off.example"};
        directory.silent = {"silent.example", "silent@listed.example"};
    }

    std::string ask(const policy_request& request) { return connection.answer(request).action(); }

    test::fake_directory directory;
    host rest;
    interceptor connection{directory, rest};
};

// ---- at RCPT

TEST_F(interceptor_test, recipients_of_a_domain_with_a_list_are_looked_up)
{
    const std::pair<const char*, const std::string&> table[] = {
        {"user@listed.example", pass},
        {"USER@Listed.Example", pass},
        {"user@listed.example.", pass},
        {"user+ext@listed.example", pass},
        {"User+more+ext@listed.example", pass},
        {"user+@listed.example", pass},
        {"with+plus@listed.example", pass},
        {"with+plus+ext@listed.example", unknown},  // `with` is not on the list
        {"+odd@listed.example", pass},
        {"+user@listed.example", unknown},
        {"use@listed.example", unknown},
        {"user2@listed.example", unknown},
        {"user-ext@listed.example", unknown},
        {"user@listed.example@listed.example", unknown},
        {"j\xc3\xb6rg@listed.example", pass},
        {"j\xc3\xb6rg+ext@listed.example", pass},
        {"j\xc3\x96rg@listed.example", unknown},  // UTF-8 has no case here
        {"postmaster@listed.example", pass},      // RFC 5321 4.5.1
        {"PostMaster@listed.example", pass},
        {"silent@listed.example", pass},
        {"silent+ext@listed.example", pass},
        {"anybody@a.example", pass},
        {"user@listed.example.other.example", pass},
        {"user@sub.listed.example", pass},
        {"anybody@other.example", pass},
        {"anybody@silent.example", pass},
        {"user@[192.0.2.1]", pass},
        {"postmaster", pass},
        {"@listed.example", pass},
        {"", pass},
    };
    for (const auto& [recipient, answer] : table)
        EXPECT_EQ(ask(rcpt(recipient)), answer) << recipient;
}

TEST_F(interceptor_test, a_disabled_customer_takes_no_mail_for_now)
{
    EXPECT_EQ(ask(rcpt("user@off.example")), disabled);
    EXPECT_EQ(ask(rcpt("nobody@off.example")), unknown) << "it will never be taken";
    EXPECT_EQ(ask(rcpt("postmaster@off.example")), disabled);
}

struct filling {
    mail_amount waiting;
    std::uint64_t announced;
    mail_amount limit;
    const std::string& answer;
};

TEST_F(interceptor_test, what_waits_is_limited)
{
    constexpr std::uint64_t greatest = UINT64_MAX;
    const filling table[] = {
        {{0, 0}, 0, {2, 1000}, pass},
        {{1, 0}, 0, {2, 1000}, pass},
        {{2, 0}, 0, {2, 1000}, full},
        {{3, 0}, 0, {2, 1000}, full},  // the limit was lowered
        {{1, 999}, 0, {2, 1000}, pass},
        {{1, 1000}, 0, {2, 1000}, full},
        {{1, 1500}, 0, {2, 1000}, full},
        {{1, 900}, 100, {2, 1000}, pass},
        {{1, 900}, 101, {2, 1000}, full},
        {{0, 0}, 1000, {2, 1000}, pass},
        {{0, 0}, 1001, {2, 1000}, full},
        {{1, 900}, greatest, {2, 1000}, full},
        {{1, 900}, greatest, {2, greatest}, full},
        {{greatest, greatest}, greatest, {0, 0}, pass},
        {{2, greatest}, greatest, {2, 0}, full},
        {{1, greatest}, greatest, {2, 0}, pass},
        {{greatest, 999}, 1, {0, 1000}, pass},
        {{greatest, 999}, 2, {0, 1000}, full},
    };
    for (const filling& t : table) {
        rest.waits["small"] = t.waiting;
        directory.domains["small.example"].limit = t.limit;
        policy_request request = rcpt("x@small.example");
        request.size = t.announced;
        EXPECT_EQ(ask(request), t.answer)
            << t.waiting.messages << ' ' << t.waiting.octets << ' ' << t.announced;
    }
}

TEST_F(interceptor_test, who_waits_for_room_is_not_told_of_others)
{
    rest.waits["small"] = {2, 0};
    rest.waits["smith"] = {1'000'000, 1'000'000};
    EXPECT_EQ(ask(rcpt("x@small.example")), full);
    EXPECT_EQ(ask(rcpt("x@a.example")), pass) << "no limit";
    EXPECT_EQ(ask(rcpt("x@other.example")), pass);
}

// ---- at the end of the message

struct conversation {
    const char* name;
    std::vector<policy_request> requests;
    std::string last;  ///< the answer to the last request; those before are answered DUNNO
    strings heard;
};

class conversations : public interceptor_test
{
protected:
    void play(const std::vector<conversation>& all)
    {
        for (const conversation& c : all) {
            SCOPED_TRACE(c.name);
            interceptor fresh(directory, rest);
            rest.heard.clear();
            for (std::size_t i = 0; i + 1 < c.requests.size(); ++i)
                EXPECT_EQ(fresh.answer(c.requests[i]).action(), pass) << "request " << i;
            EXPECT_EQ(fresh.answer(c.requests.back()).action(), c.last);
            EXPECT_EQ(rest.heard, c.heard);
        }
    }
};

TEST_F(conversations, what_is_for_one_offline_customer_is_held)
{
    play({
        {"one recipient",
         {rcpt("x@a.example", ""), end(1, "x@a.example")},
         hold,
         {"record ID1 1129 smith:a.example:1"}},
        {"two recipients, queue id from the second on",
         {rcpt("x@a.example", ""), rcpt("y@a.example"), end(2)},
         hold,
         {"record ID1 1129 smith:a.example:2"}},
        {"several domains of the customer",
         {rcpt("x@a.example", ""), rcpt("x@b.example"), rcpt("user@listed.example"), end(3)},
         hold,
         {"record ID1 1129 smith:a.example:1 smith:b.example:1 smith:listed.example:1"}},
        {"domains in any case",
         {rcpt("x@A.example", ""), rcpt("x@a.EXAMPLE"), end(2)},
         hold,
         {"record ID1 1129 smith:a.example:2"}},
        {"postmaster of a customer's domain",
         {rcpt("postmaster@a.example"), end(1, "postmaster@a.example")},
         hold,
         {"record ID1 1129 smith:a.example:1"}},
        {"one of the seen was refused after us",
         {rcpt("x@a.example", ""), rcpt("y@a.example"), rcpt("z@a.example"), end(2)},
         hold,
         {"record ID1 1129 smith:a.example:3"}},
        {"all but one of the seen were refused after us",
         {rcpt("x@a.example", ""), rcpt("y@a.example", ""), end(1, "y@a.example")},
         hold,
         {"record ID1 1129 smith:a.example:2"}},
        {"asked several times about each recipient",
         {rcpt("x@a.example", ""), rcpt("x@a.example", ""), rcpt("y@a.example"), rcpt("y@a.example"), end(2)},
         hold,
         {"record ID1 1129 smith:a.example:2"}},
    });
}

TEST_F(conversations, what_is_for_anybody_else_too_is_not_held)
{
    play({
        {"nobody's", {rcpt("x@other.example"), end(1, "x@other.example")}, pass, {}},
        {"the customer's and another's",
         {rcpt("x@a.example"), rcpt("x@other.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"another's and the customer's",
         {rcpt("x@other.example"), rcpt("x@a.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"two customers'",
         {rcpt("x@a.example"), rcpt("x@j.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 jones:j.example:1"}},
        {"an address literal",
         {rcpt("x@a.example"), rcpt("x@[192.0.2.1]"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"the bare postmaster",
         {rcpt("x@a.example"), rcpt("postmaster"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"a name below the customer's",
         {rcpt("x@a.example"), rcpt("x@sub.a.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"another's, refused after us: to be sure",
         {rcpt("x@a.example"), rcpt("x@other.example"), end(1, "x@a.example")},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
    });
}

TEST_F(conversations, what_we_may_not_have_seen_whole_is_not_held)
{
    play({
        {"seen one of two", {rcpt("x@a.example"), end(2)}, pass, {"passed ID1 1129 smith:a.example:1"}},
        {"seen one of two, the other is the bare postmaster",
         {rcpt("x@a.example", "ID1"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"seen none", {end(1, "x@a.example")}, pass, {}},
        {"seen none of two", {end(2)}, pass, {}},
        {"asked twice about one of two",
         {rcpt("x@a.example"), rcpt("x@a.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"the one seen was refused after us, the one left we have not seen",
         {rcpt("x@a.example"), end(1, "x@other.example")},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"the one left is not named",
         {rcpt("x@a.example"), end(1)},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"not told how many",
         {rcpt("x@a.example"), end(0, "x@a.example")},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"without a queue id", {rcpt("x@a.example", ""), end(1, "x@a.example", "")}, pass, {}},
        {"the directory fails for one",
         {rcpt("x@a.example"), rcpt("x@silent.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"the directory fails for the first",
         {rcpt("x@silent.example"), rcpt("x@a.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1 others:1"}},
        {"the recipient list fails for one that is refused after us",
         {rcpt("user@listed.example"), rcpt("silent@listed.example"), end(1, "user@listed.example")},
         pass,
         {"passed ID1 1129 smith:listed.example:2"}},
        {"the recipient list fails",
         {rcpt("silent@listed.example"), end(1, "silent@listed.example")},
         pass,
         {"passed ID1 1129 smith:listed.example:1"}},
    });
}

TEST_F(conversations, instances_are_kept_apart)
{
    play({
        {"the recipient was another message's",
         {rcpt("x@a.example", "ID1", "i1"), end(1, "x@a.example", "ID2", "i2")},
         pass,
         {}},
        {"given up after RCPT, and another message",
         {rcpt("x@other.example", "ID1", "i1"), rcpt("x@a.example", "", "i2"),
          end(1, "x@a.example", "ID2", "i2")},
         hold,
         {"record ID2 1129 smith:a.example:1"}},
        {"one message after another",
         {rcpt("x@other.example", "", "i1"), end(1, "x@other.example", "ID1", "i1"),
          rcpt("x@a.example", "", "i2"), end(1, "x@a.example", "ID2", "i2")},
         hold,
         {"record ID2 1129 smith:a.example:1"}},
        {"recipients do not add up over messages",
         {rcpt("x@a.example", "", "i1"), rcpt("y@a.example", "", "i2"), end(2, "", "ID2", "i2")},
         pass,
         {"passed ID2 1129 smith:a.example:1"}},
        {"only the present instance is remembered",
         {rcpt("x@a.example", "", "i1"), rcpt("x@a.example", "", "i2"), end(1, "x@a.example", "ID1", "i1")},
         pass,
         {}},
        {"a message ends once",
         {rcpt("x@j.example"), end(2), end(1, "x@j.example")},
         pass,
         {"passed ID1 1129 jones:j.example:1"}},
        {"without an instance", {rcpt("x@a.example", "", ""), end(1, "x@a.example", "ID1", "")}, pass, {}},
        {"without an instance at the end",
         {rcpt("x@a.example", "", "i1"), end(1, "x@a.example", "ID1", "")},
         pass,
         {}},
    });
}

TEST_F(conversations, null_sender_changes_nothing)
{
    policy_request first = rcpt("x@a.example", "");
    policy_request last = end(1, "x@a.example");
    first.sender.clear();
    last.sender.clear();
    play({{"null sender", {first, last}, hold, {"record ID1 1129 smith:a.example:1"}}});
}

TEST_F(conversations, other_questions_are_no_recipients)
{
    policy_request verify = rcpt("y@a.example");
    verify.stage = policy_stage::other;
    policy_request data = end(1, "x@a.example");
    data.stage = policy_stage::other;
    play({
        {"VRFY does not count",
         {rcpt("x@a.example", ""), verify, end(2)},
         pass,
         {"passed ID1 1129 smith:a.example:1"}},
        {"DATA does not matter",
         {rcpt("x@a.example", ""), data, end(1, "x@a.example")},
         hold,
         {"record ID1 1129 smith:a.example:1"}},
        {"VRFY is not answered with 550",
         {[] {
             policy_request request = rcpt("nobody@listed.example");
             request.stage = policy_stage::other;
             return request;
         }()},
         pass,
         {}},
    });
}

TEST_F(conversations, who_is_online_gets_mail_at_once)
{
    rest.domains_online = {"a.example", "j.example"};
    play({
        {"online", {rcpt("x@A.example"), end(1, "x@A.example")}, pass, {"passed ID1 1129 smith:a.example:1"}},
        {"online with one of the domains",
         {rcpt("x@b.example"), rcpt("x@a.example"), end(2)},
         pass,
         {"passed ID1 1129 smith:b.example:1 smith:a.example:1"}},
        {"online with other domains only",
         {rcpt("x@b.example"), end(1, "x@b.example")},
         hold,
         {"record ID1 1129 smith:b.example:1"}},
    });
}

TEST_F(conversations, without_a_record_nothing_is_held)
{
    rest.can_record = false;
    play({{"not written",
           {rcpt("x@a.example"), end(1, "x@a.example")},
           pass,
           {"record ID1 1129 smith:a.example:1", "passed ID1 1129 smith:a.example:1"}}});
}

TEST_F(interceptor_test, who_was_refused_by_us_is_not_seen)
{
    EXPECT_EQ(ask(rcpt("user@listed.example", "")), pass);
    EXPECT_EQ(ask(rcpt("nobody@listed.example")), unknown);
    EXPECT_EQ(ask(rcpt("user@off.example")), disabled) << "of another customer, but refused";
    EXPECT_EQ(ask(end(1, "user@listed.example")), hold);
    EXPECT_EQ(rest.heard, strings{"record ID1 1129 smith:listed.example:1"});
    EXPECT_EQ(rest.refusals, (std::vector{refusal::unknown_recipient, refusal::disabled}));
}

TEST_F(interceptor_test, after_a_question_not_understood_nothing_is_held)
{
    ask(rcpt("x@a.example", ""));
    connection.distrust();  // was it about y@j.example?
    ask(rcpt("refused-after-us@a.example"));
    EXPECT_EQ(ask(end(2)), pass);
    ask(rcpt("x@a.example", "", "i2"));
    EXPECT_EQ(ask(end(1, "x@a.example", "ID2", "i2")), pass);
    EXPECT_EQ(ask(rcpt("nobody@listed.example", "", "i3")), unknown);
}

TEST_F(interceptor_test, a_refused_recipient_does_not_stand_in_for_one_not_seen)
{
    ask(rcpt("user@listed.example", ""));
    ask(rcpt("nobody@listed.example"));
    EXPECT_EQ(ask(end(2)), pass);
}

TEST_F(interceptor_test, a_great_envelope_is_held_up_to_a_limit)
{
    for (const std::size_t count : {interceptor::max_recipients, interceptor::max_recipients + 1}) {
        const std::string instance = std::to_string(count);
        for (std::size_t i = 0; i < count; ++i)
            ask(rcpt("x" + std::to_string(i) + "@a.example", "ID1", instance));
        EXPECT_EQ(ask(end(count, "", "ID1", instance)), count > interceptor::max_recipients ? pass : hold);
    }
    EXPECT_EQ(rest.heard,
              (strings{"record ID1 1129 smith:a.example:10000", "passed ID1 1129 smith:a.example:10001"}));
}

}  // namespace
}  // namespace odmr
