#include "protocol/policy.hpp"

#include "pieces.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace odmr
{
namespace
{

using status = policy_reader::status;
using events = std::vector<std::string>;

std::string operator""_s(const char* text, std::size_t size)
{
    return {text, size};
}

std::string shown(const policy_request& request)
{
    const char* const stages[] = {"rcpt", "end_of_message", "other"};
    return std::string(stages[static_cast<int>(request.stage)]) + " state=" + request.protocol_state +
           " instance=" + request.instance + " id=" + request.queue_id + " from=" + request.sender +
           " to=" + request.recipient + " count=" + std::to_string(request.recipient_count) +
           " size=" + std::to_string(request.size) + " client=" + request.client_address;
}

void drain(policy_reader& reader, events& seen)
{
    while (true) {
        const policy_reader::result result = reader.next();
        if (result.what == status::incomplete)
            return;
        const bool malformed = result.what == status::malformed;
        EXPECT_TRUE(!malformed || result.request == policy_request{}) << "nothing of it is handed out";
        seen.push_back(malformed ? "malformed" : shown(result.request));
    }
}

events read(std::string_view stream)
{
    policy_reader reader;
    events seen;
    reader.append(stream);
    drain(reader, seen);
    return seen;
}

// What Postfix 3.7 sent about a message with two recipients, the last question without what is not needed.
const std::string at_first_rcpt =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.1\n"
    "client_name=unknown\nclient_port=40322\nreverse_client_name=unknown\nserver_address=192.0.2.2\n"
    "server_port=25\nhelo_name=client.example\nsender=a@client.example\nrecipient=b@example.org\n"
    "recipient_count=0\nqueue_id=\ninstance=4a3.655f0a3c.4b1d2.0\nsize=1000\netrn_domain=\nstress=\n"
    "sasl_method=\nsasl_username=\nsasl_sender=\nccert_subject=\nccert_issuer=\nccert_fingerprint=\n"
    "ccert_pubkey_fingerprint=\nencryption_protocol=\nencryption_cipher=\nencryption_keysize=0\n"
    "policy_context=\n\n";
const std::string at_end =
    "request=smtpd_access_policy\nprotocol_state=END-OF-MESSAGE\nsender=a@client.example\nrecipient=\n"
    "recipient_count=2\nqueue_id=4Sb1cD2eFgz1AB\ninstance=4a3.655f0a3c.4b1d2.0\nsize=1129\n\n";
const std::string seen_at_first_rcpt =
    "rcpt state=RCPT instance=4a3.655f0a3c.4b1d2.0 id= from=a@client.example to=b@example.org count=0 "
    "size=1000 "
    "client=192.0.2.1";
const std::string seen_at_end =
    "end_of_message state=END-OF-MESSAGE instance=4a3.655f0a3c.4b1d2.0 id=4Sb1cD2eFgz1AB "
    "from=a@client.example to= "
    "count=2 size=1129 client=";
const std::string nothing = "other state= instance= id= from= to= count=0 size=0 client=";

TEST(policy_reader, reads_the_same_however_the_stream_is_split)
{
    const std::string stream = at_first_rcpt + "no equals sign\n\n" + at_end;
    test::at_every_split(stream, [&](const test::pieces& pieces) {
        policy_reader reader;
        events seen;
        for (const std::string_view piece : pieces) {
            reader.append(piece);
            drain(reader, seen);
        }
        EXPECT_EQ(seen, (events{seen_at_first_rcpt, "malformed", seen_at_end}));
        EXPECT_FALSE(reader.in_request());
    });
}

struct reading {
    const char* name;
    std::string input;
    events expected;
};

const std::string kind = "request=smtpd_access_policy\n";

const std::vector<reading> readings{
    {"nothing", "", {}},
    {"begun", "request=smtpd_access_policy\nsize=1\n", {}},
    {"no attribute at all", "\n", {nothing}},
    {"unknown attributes", "future=x\n=y\nz=\n\n", {nothing}},
    {"an equals sign in a value",
     kind + "recipient=a=b@example.org\n\n",
     {"other state= instance= id= from= to=a=b@example.org count=0 size=0 client="}},
    {"octets as they are",
     kind + "recipient=\xc3\xb6\t\r@example.org\n\n",
     {"other state= instance= id= from= to=\xc3\xb6\t\r@example.org count=0 size=0 client="}},
    {"the last of several values",
     "size=1\nsize=2\n\n",
     {"other state= instance= id= from= to= count=0 size=2 client="}},
    {"names have their case", "Size=1\nSIZE=2\n\n", {nothing}},

    {"another moment",
     kind + "protocol_state=VRFY\n\n",
     {"other state=VRFY instance= id= from= to= count=0 size=0 client="}},
    {"another kind of request",
     "request=junk\nprotocol_state=RCPT\n\n",
     {"other state=RCPT instance= id= from= to= count=0 size=0 client="}},
    {"no kind of request",
     "protocol_state=RCPT\n\n",
     {"other state=RCPT instance= id= from= to= count=0 size=0 client="}},
    {"the order is free",
     "protocol_state=RCPT\n" + kind + "\n",
     {"rcpt state=RCPT instance= id= from= to= count=0 size=0 client="}},

    {"greatest number",
     "size=18446744073709551615\n\n",
     {"other state= instance= id= from= to= count=0 size=18446744073709551615 client="}},
    {"too great a number", "size=18446744073709551616\n\n", {nothing}},
    {"negative", "size=-1\n\n", {nothing}},
    {"no number", "recipient_count=two\n\n", {nothing}},
    {"half a number", "recipient_count=2x\n\n", {nothing}},
    {"empty number", "recipient_count=\n\n", {nothing}},
    {"a number replaced by none", "recipient_count=2\nrecipient_count=?\n\n", {nothing}},

    {"no equals sign",
     "size\n\nsize=1\n\n",
     {"malformed", "other state= instance= id= from= to= count=0 size=1 client="}},
    {"good lines behind a bad one", "size\nsize=1\n\n", {"malformed"}},
    {"NUL in a value", "sender=a\0b\n\n"_s, {"malformed"}},
    {"NUL in a name", "si\0ze=1\n\n"_s, {"malformed"}},
    {"NUL in what nobody needs", "future=\0\n\n"_s, {"malformed"}},
    {"CRLF", "size=1\r\n\r\n\n", {"malformed"}},
};

TEST(policy_reader, knows_good_from_bad)
{
    for (const reading& r : readings) {
        SCOPED_TRACE(r.name);
        EXPECT_EQ(read(r.input), r.expected);
    }
}

TEST(policy_reader, a_line_of_the_limit_is_read_and_a_longer_one_is_not)
{
    const std::string value(policy_reader::max_line - std::string_view("sender=").size(), 'x');
    for (const std::string& line : {"sender=" + value, "future=" + value}) {
        EXPECT_NE(read(line + "\n\n"), events{"malformed"});
        EXPECT_EQ(read(line + "x\n\n"), events{"malformed"});
        EXPECT_EQ(read(line + "xxxx\nsize=1\n\n\n"), (events{"malformed", nothing}));
    }
}

TEST(policy_reader, attributes_are_counted)
{
    std::string lines;
    for (std::size_t i = 0; i < policy_reader::max_attributes; ++i)
        lines += "future=\n";
    EXPECT_EQ(read(lines + "\n"), events{nothing});
    EXPECT_EQ(read(lines + "future=\n\n"), events{"malformed"});
    EXPECT_EQ(read(lines + "\n" + lines + "\n"), (events{nothing, nothing})) << "for each request";
}

TEST(policy_reader, an_endless_line_ends_like_any_other)
{
    policy_reader reader;
    events seen;
    const std::string chunk(10'000, 'a');
    for (int i = 0; i < 1000; ++i) {
        reader.append(chunk);
        drain(reader, seen);
        ASSERT_TRUE(reader.in_request());
    }
    EXPECT_EQ(seen, events{});
    reader.append("\nsize=1\n\n" + at_end);
    drain(reader, seen);
    EXPECT_EQ(seen, (events{"malformed", seen_at_end}));
}

TEST(policy_reader, knows_whether_a_request_has_begun)
{
    policy_reader reader;
    EXPECT_FALSE(reader.in_request());
    for (const char* begun : {"r", "equest=x\n", "size=1"}) {
        reader.append(begun);
        EXPECT_EQ(reader.next().what, status::incomplete);
        EXPECT_TRUE(reader.in_request()) << begun;
    }
    reader.append("\n\n");
    EXPECT_EQ(reader.next().what, status::request);
    EXPECT_FALSE(reader.in_request());
}

TEST(policy_answer, is_an_action_and_an_empty_line)
{
    EXPECT_EQ(policy_answer::pass().wire(), "action=DUNNO\n\n");
    EXPECT_EQ(policy_answer::hold("for customer smith").wire(), "action=HOLD for customer smith\n\n");
    EXPECT_EQ(policy_answer::refuse(reply(452, "4.2.2", "too much waits")).wire(),
              "action=452 4.2.2 too much waits\n\n");
    EXPECT_EQ(policy_answer::refuse(reply(550, "", "no")).action(), "550 no");
}

TEST(policy_answer, no_text_breaks_out_of_it)
{
    EXPECT_EQ(policy_answer::hold("a\n\naction=OK\r\0\x7f"_s).wire(), "action=HOLD a??action=OK???\n\n");
    EXPECT_EQ(policy_answer::refuse(reply(550, "5.1.1", "a\nb\tc")).action(), "550 5.1.1 a / b?c");
    EXPECT_EQ(policy_answer::hold("J\xc3\xb6rg").action(), "HOLD J\xc3\xb6rg");
    EXPECT_EQ(policy_answer::hold("J\xc3\xb6rg \xff").action(), "HOLD J??rg ?") << "Postfix wants UTF-8";
    EXPECT_EQ(policy_answer::hold(test::every_octet()).wire().find('\n'),
              std::string_view("action=HOLD ").size() + 256);
}

TEST(policy_answer, equal_answers_are_equal)
{
    EXPECT_EQ(policy_answer::hold("x"), policy_answer::hold("x"));
    EXPECT_NE(policy_answer::hold("x"), policy_answer::pass());
}

}  // namespace
}  // namespace odmr
