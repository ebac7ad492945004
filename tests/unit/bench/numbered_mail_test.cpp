#include "bench/numbered_mail.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

namespace odmr::bench
{
namespace
{

constexpr std::uint64_t number = 4711;
constexpr std::uint64_t octets = 100'000;

std::string text()
{
    return numbered_mail(number, octets).text(numbered_mail::form::as_it_is);
}

mail_inspector::finding look_at(const std::string& message, std::size_t piece = 1000)
{
    mail_inspector inspector;
    for (std::size_t i = 0; i < message.size(); i += piece)
        inspector.content(std::string_view(message).substr(i, piece));
    return inspector.end();
}

TEST(NumberedMail, IsFoundWholeInWhateverPiecesItComes)
{
    for (const std::size_t piece : {1, 2, 3, 7, 8, 9, 64, 1000, 1'000'000}) {
        const auto found = look_at(text(), piece);
        EXPECT_EQ(found.number, number) << piece;
        EXPECT_TRUE(found.whole) << piece;
    }
}

TEST(NumberedMail, MayGetMoreHeadersOnItsWay)
{
    EXPECT_TRUE(look_at("Received: from here\r\n\tby there\r\n" + text()).whole);
}

TEST(NumberedMail, IsNotWholeWhenAnythingIsChanged)
{
    const std::string right = text();
    const std::size_t body = right.find("\r\n\r\n") + 4;
    std::mt19937 chance(1);  // the same in each run
    for (int i = 0; i < 200; ++i) {
        const std::size_t at = body + chance() % (right.size() - body - 1);
        std::string wrong = right;
        wrong[at] = static_cast<char>(wrong[at] ^ 1);
        EXPECT_FALSE(look_at(wrong).whole) << at;
        wrong = right;
        wrong.erase(at, 1);
        EXPECT_FALSE(look_at(wrong).whole) << at;
        wrong = right;
        wrong.insert(at, 1, '.');
        EXPECT_FALSE(look_at(wrong).whole) << at;
        wrong = right;
        std::swap(wrong[at], wrong[at + 1]);
        EXPECT_EQ(look_at(wrong).whole, wrong == right) << at;
    }
}

TEST(NumberedMail, OthersHaveNoNumber)
{
    EXPECT_EQ(look_at("Subject: something else\r\n\r\ntext\r\n").number, std::nullopt);
}

TEST(NumberedMail, HasDotsStuffedAtTheBeginningsOfLines)
{
    std::string stuffed = "\r\n" + text();
    for (std::size_t at = 0; (at = stuffed.find("\r\n.", at)) != std::string::npos; at += 4)
        stuffed.insert(at + 2, ".");
    EXPECT_EQ("\r\n" + numbered_mail(number, octets).text(numbered_mail::form::dot_stuffed), stuffed);
    EXPECT_NE(stuffed, "\r\n" + text());
}

}  // namespace
}  // namespace odmr::bench
