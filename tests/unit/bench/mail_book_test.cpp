#include "bench/mail_book.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace odmr::bench
{
namespace
{

TEST(MailBook, IsContentWhenEachHasComeOnceAndWhole)
{
    mail_book book(10, 2);
    book.arrived({11, true});
    book.arrived({10, true});
    EXPECT_EQ(book.arrived(), 2U);
    EXPECT_NO_THROW(book.check());
    EXPECT_LE(book.when(0.5), book.when(1));
}

TEST(MailBook, MissesWhatHasNotCome)
{
    mail_book book(10, 2);
    book.arrived({10, true});
    EXPECT_THROW(book.check(), std::runtime_error);
}

TEST(MailBook, SeesWhatComesTwice)
{
    mail_book book(10, 1);
    book.arrived({10, true});
    book.arrived({10, true});
    EXPECT_THROW(book.check(), std::runtime_error);
}

TEST(MailBook, SeesWhatIsDamaged)
{
    mail_book book(10, 1);
    book.arrived({10, false});
    EXPECT_THROW(book.check(), std::runtime_error);
}

TEST(MailBook, SeesWhatDoesNotBelongThere)
{
    for (const mail_inspector::finding& other : {mail_inspector::finding{9, true}, {11, true}, {}}) {
        mail_book book(10, 1);
        book.arrived({10, true});
        book.arrived(other);
        EXPECT_THROW(book.check(), std::runtime_error);
    }
}

}  // namespace
}  // namespace odmr::bench
