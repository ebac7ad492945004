#include "protocol/address.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

namespace
{

const std::string local_64(64, 'l');
const std::string domain_255 = std::string(125, 'd') + '.' + std::string(125, 'd') + ".org";

struct parsing {
    std::string text;
    std::string local;
    std::string domain;
};

const std::vector<parsing> mailboxes{
    {"a@b.example", "a", "b.example"},
    {"First.Last@Example.ORG", "First.Last", "Example.ORG"},
    {"a@localhost", "a", "localhost"},
    {"!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~", "b.example"},
    {"a@1.2.3.4", "a", "1.2.3.4"},
    {"a@x--y.xn--p1ai", "a", "x--y.xn--p1ai"},
    {"a@under_score.example", "a", "under_score.example"},
    {"Postmaster", "Postmaster", ""},
    {"POSTMASTER", "POSTMASTER", ""},
    {"postmaster@b.example", "postmaster", "b.example"},

    {"\"a b\"@b.example", "a b", "b.example"},
    {"\"\"@b.example", "", "b.example"},
    {"\"a@c\"@b.example", "a@c", "b.example"},
    {R"("a\"b\\c"@b.example)", R"(a"b\c)", "b.example"},
    {R"("\a\ "@b.example)", "a ", "b.example"},
    {"\"a>b\"@b.example", "a>b", "b.example"},
    {"\"..\"@b.example", "..", "b.example"},

    {"a@[1.2.3.4]", "a", "[1.2.3.4]"},
    {"a@[255.255.255.255]", "a", "[255.255.255.255]"},
    {"a@[IPv6:::]", "a", "[IPv6:::]"},
    {"a@[IPv6:::1]", "a", "[IPv6:::1]"},
    {"a@[ipv6:2001:db8::1:2]", "a", "[ipv6:2001:db8::1:2]"},
    {"a@[IPv6:1:2:3:4:5:6:7:8]", "a", "[IPv6:1:2:3:4:5:6:7:8]"},
    {"a@[IPv6:1:2:3:4:5:6:1.2.3.4]", "a", "[IPv6:1:2:3:4:5:6:1.2.3.4]"},
    {"a@[IPv6:::ffff:1.2.3.4]", "a", "[IPv6:::ffff:1.2.3.4]"},
    {"a@[IPv6:1:2:3:4:5:6::]", "a", "[IPv6:1:2:3:4:5:6::]"},
    {"a@[IPv6:FFFF::0123]", "a", "[IPv6:FFFF::0123]"},
    {"a@[X-net:!~]", "a", "[X-net:!~]"},

    {local_64 + "@b.example", local_64, "b.example"},
    {"a@" + domain_255, "a", domain_255},
};

const std::vector<std::string> no_mailboxes{
    "",
    "a",
    "postmaste",
    "\"postmaster\"",
    "@b.example",
    "a@",
    "a@b@c.example",
    "a b@c.example",
    "a @b.example",
    "a@ b.example",
    "a@b.example ",
    " a@b.example",
    ".a@b.example",
    "a.@b.example",
    "a..b@b.example",
    "a,b@b.example",
    "a<b@b.example",
    "a(c)@b.example",
    "a\\@b@b.example",
    "a@.example",
    "a@b.",
    "a@b..example",
    "a@-b.example",
    "a@b-.example",
    "a@b!.example",
    "a@b/c.example",
    "a\t@b.example",
    "a\x7f@b.example",
    std::string("a\0@b.example", 12),
    std::string("a@b\0.example", 12),
    "a@b.example\r\nRCPT",

    "\"a@b.example",
    "\"a\"b@b.example",
    "a\"b\"@b.example",
    "\"a\".b@b.example",
    "\"a\"",
    "\"",
    "\"a\\",
    "\"a\\\"@b.example",
    "\"a\"@",
    "\"a\tb\"@b.example",
    "\"a\\\tb\"@b.example",
    "\"a\r\nb\"@b.example",
    "\"a\x7f\"@b.example",

    "a@[",
    "a@[]",
    "a@[1.2.3]",
    "a@[1.2.3.4.5]",
    "a@[1.2.3.256]",
    "a@[1.2.3.0004]",
    "a@[1.2.3.]",
    "a@[1.2.3.-4]",
    "a@[1.2.3.4",
    "a@1.2.3.4]",
    "a@[1.2.3.4].example",
    "a@[IPv6:]",
    "a@[IPv6:1]",
    "a@[IPv6:1:2:3:4:5:6:7]",
    "a@[IPv6:1:2:3:4:5:6:7:8:9]",
    "a@[IPv6:1:2:3:4:5:6:7::]",
    "a@[IPv6:1::2::3]",
    "a@[IPv6::1:2]",
    "a@[IPv6:1:2:3:4:5:6:7:]",
    "a@[IPv6::::]",
    "a@[IPv6:12345::]",
    "a@[IPv6:g::]",
    "a@[IPv6:1.2.3.4::]",
    "a@[IPv6:::1.2.3.4:5]",
    "a@[IPv6:::1.2.3]",
    "a@[:x]",
    "a@[tag:]",
    "a@[tag-:x]",
    "a@[t_g:x]",
    "a@[tag:x y]",
    "a@[tag:x[y]",
    "a@[tag:x\\y]",
    "a@[tag:\x7f]",

    "l" + local_64 + "@b.example",
    "\"" + local_64.substr(1) + "\"@b.example",
    "a@d" + domain_255,
};

TEST(address, mailbox_is_parsed)
{
    for (const parsing& p : mailboxes) {
        SCOPED_TRACE(p.text);
        for (const utf8 eai : {utf8::refused, utf8::allowed})
            EXPECT_EQ(parse_mailbox(p.text, eai), (address{p.local, p.domain, p.text}));
    }
}

TEST(address, mailbox_is_refused)
{
    for (const std::string& text : no_mailboxes) {
        SCOPED_TRACE(testing::PrintToString(text));
        for (const utf8 eai : {utf8::refused, utf8::allowed})
            EXPECT_EQ(parse_mailbox(text, eai), std::nullopt);
    }
}

TEST(address, utf8_is_admitted_when_allowed)
{
    const std::vector<parsing> international{
        {"gr\xc3\xbc\xc3\x9f"
         "e@b\xc3\xbc"
         "cher.example",
         "gr\xc3\xbc\xc3\x9f"
         "e",
         "b\xc3\xbc"
         "cher.example"},
        {"\"\xe4\xb8\xad \xe6\x96\x87\"@\xe4\xb8\xad\xe6\x96\x87.example", "\xe4\xb8\xad \xe6\x96\x87",
         "\xe4\xb8\xad\xe6\x96\x87.example"},
    };
    for (const parsing& p : international) {
        SCOPED_TRACE(p.text);
        EXPECT_EQ(parse_mailbox(p.text, utf8::refused), std::nullopt);
        EXPECT_EQ(parse_mailbox(p.text, utf8::allowed), (address{p.local, p.domain, p.text}));
        EXPECT_EQ(parse_path("<" + p.text + ">", utf8::refused), std::nullopt);
        ASSERT_TRUE(parse_path("<" + p.text + ">", utf8::allowed));
    }
    for (const std::string_view text : {"a\xc3@b.example", "a@b\xff.example", "\"\\\xc3\xbc\"@b.example",
                                        "\xed\xa0\x80@b.example", "a@[tag:\xc3\xbc]", "a@[t\xc3\xbc:x]"})
        EXPECT_EQ(parse_mailbox(text, utf8::allowed), std::nullopt) << text;
}

struct path_parsing {
    std::string argument;
    std::string text;
    std::string rest;
};

const std::vector<path_parsing> paths{
    {"<>", "", ""},
    {" <>", "", ""},
    {"<> SIZE=1", "", "SIZE=1"},
    {"<a@b.example>", "a@b.example", ""},
    {"  <a@b.example>", "a@b.example", ""},
    {"<a@b.example>  SIZE=1 BODY=7BIT", "a@b.example", "SIZE=1 BODY=7BIT"},
    {"<a@b.example> ", "a@b.example", ""},
    {"<Postmaster>", "Postmaster", ""},
    {"<\"a> b\"@b.example> X=<y>", "\"a> b\"@b.example", "X=<y>"},
    {R"(<"a\"> b"@b.example> X)", R"("a\"> b"@b.example)", "X"},
    {"<@r.example:a@b.example>", "a@b.example", ""},
    {"<@r.example,@s.example:a@b.example> X", "a@b.example", "X"},
    {"<@r.example:a@[IPv6:::1]>", "a@[IPv6:::1]", ""},
};

TEST(address, path_is_parsed)
{
    for (const path_parsing& p : paths) {
        SCOPED_TRACE(p.argument);
        const std::optional<path_and_rest> parsed = parse_path(p.argument, utf8::refused);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->path.text, p.text);
        EXPECT_EQ(parsed->path.null(), p.text.empty());
        EXPECT_EQ(parsed->rest, p.rest);
        if (!p.text.empty()) {
            EXPECT_EQ(parsed->path, parse_mailbox(p.text, utf8::refused));
        }
    }
}

TEST(address, null_path_is_null_in_every_part)
{
    EXPECT_EQ(parse_path("<>", utf8::refused)->path, address{});
    EXPECT_TRUE(address{}.null());
}

TEST(address, path_is_refused)
{
    for (const std::string_view argument : {"",
                                            " ",
                                            "<",
                                            ">",
                                            "a@b.example",
                                            "<a@b.example",
                                            "a@b.example>",
                                            "<<a@b.example>",
                                            "<<a@b.example>>",
                                            "< >",
                                            "< a@b.example>",
                                            "<a@b.example >",
                                            "<a@b.example>X",
                                            "<a@b.example>>",
                                            "<a@b.example>\tX",
                                            "x<a@b.example>",
                                            "\t<>",
                                            "<\"a@b.example>",
                                            "<a>",
                                            "<@r.example>",
                                            "<@r.example:>",
                                            "<r.example:a@b.example>",
                                            "<@r.example,s.example:a@b.example>",
                                            "<@r.example, @s.example:a@b.example>",
                                            "<@:a@b.example>",
                                            "<@r..example:a@b.example>",
                                            "<,@r.example:a@b.example>",
                                            "<@r.example:postmaster>",
                                            "<@r.example:@s.example:a@b.example>",
                                            "<@r\xc3\xbc.example:a@b.example>"})
        EXPECT_EQ(parse_path(argument, utf8::refused), std::nullopt) << argument;
}

TEST(address, valid_domain_is_strict)
{
    const std::string label(63, 'a');
    const std::string name_253 = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    for (const std::string_view domain :
         {"a.b", "example.org", "EXAMPLE.Org", "1.2.3.4", "x--y.9-9", "xn--p1ai.xn--p1ai"})
        EXPECT_TRUE(valid_domain(domain)) << domain;
    EXPECT_TRUE(valid_domain(label + ".org"));
    EXPECT_TRUE(valid_domain(name_253));
    for (const std::string_view domain :
         {"",     ".",         "..",      "org",           "a.",   ".a",   "a..b",  "-a.b", "a-.b",
          "a.b-", "a.-",       "a_b.c",   "a b.c",         "a.b ", " a.b", "a/b.c", "../a", "a.b/..",
          "*.a",  "[1.2.3.4]", "a.b,c.d", "b\xc3\xbc.org", "a.b\n"})
        EXPECT_FALSE(valid_domain(domain)) << domain;
    EXPECT_FALSE(valid_domain(std::string_view("a.b\0", 4)));
    EXPECT_FALSE(valid_domain("a" + label + ".org"));
    EXPECT_FALSE(valid_domain(name_253 + "b"));
}

}  // namespace

}  // namespace odmr
