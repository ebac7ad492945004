#include "postfix/queue_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace odmr::postfix
{
namespace
{

TEST(queue_id, knows_the_short_form)
{
    for (const std::string id : {"08441A86312", "000000", "FFFFF1", "A0B1C2D3E4F", "12345FFFFFFFFFFFFFFFF"})
        EXPECT_TRUE(is_queue_id(id)) << id;
}

TEST(queue_id, knows_the_long_form)
{
    for (const std::string id : {
             "4jXH4t0txFz1cBNb",
             "4jXH4s01Nbz1cB5d",
             "3Pt2mN2VXxznjll",  // postconf(5)
             "zzzzzzzzzzz1",     // in the time, z is a digit like others
             "BBBBBBBBBBBBbbbbz123456789012",
         })
        EXPECT_TRUE(is_queue_id(id)) << id;
}

TEST(queue_id, knows_nothing_else)
{
    for (const std::string id : {
             "",
             "0",
             "00000",                           // no inode
             "12345FFFFFFFFFFFFFFFFF",          // an inode of more than 64 bits
             "08441a86312",                     // small letters are not hexadecimal here
             "08441A8631G",                     // nor are these
             "4jXH4t0tx1z",                     // no inode
             "4jXH4t0tz1cBNb",                  // the time is too short
             "BBBBBBBBBBBBbbbbbz1",             // or too long
             "BBBBBBBBBBBBbbbbz1234567890123",  // so is the inode
             "4jXA4t0txFz1cBNb",                // vowels are not used
             "4jXH4t0txFz1cBNe",
             "4jXH4t0txF-1cBNb",
             "ALL",
             "all",
             "DEADBEEF ",
             " DEADBEEF",
             "DEADBEEF\n",
             "DEADBEEF\nDEADBEEF",
             "DEADBEEF DEADBEEF",
             "DEAD/BEEF",
             "../DEADBEEF",
             "-",
             "--",
             "-r",
             "*",
             "DEADBEEF*",
             "\xc3\x84"
             "DEADBEEF",
         })
        EXPECT_FALSE(is_queue_id(id)) << id;
    EXPECT_FALSE(is_queue_id(std::string("DEADBEEF\0", 9)));
    EXPECT_FALSE(is_queue_id(std::string(10'000, 'A')));
}

TEST(queue_id, knows_no_id_with_an_octet_outside_letters_and_digits)
{
    for (const std::string id : {"08441A86312", "4jXH4t0txFz1cBNb"})
        for (std::size_t i = 0; i < id.size(); ++i)
            for (int c = 0; c < 256; ++c) {
                std::string changed = id;
                changed[i] = static_cast<char>(c);
                const bool alphanumeric =
                    (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                EXPECT_TRUE(alphanumeric || !is_queue_id(changed)) << i << ' ' << c;
            }
}

}  // namespace
}  // namespace odmr::postfix
