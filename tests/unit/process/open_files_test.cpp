// raise_open_files: as far as it goes, and honest about it.
#include "process/open_files.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <limits>

namespace odmr
{
namespace
{

/// Its limits are put back in the end.
class open_files_test : public ::testing::Test
{
protected:
    open_files_test() { ::getrlimit(RLIMIT_NOFILE, &before_); }
    ~open_files_test() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

    static void limit(rlim_t soft, rlim_t hard)
    {
        const rlimit low{soft, hard};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    }
    static rlim_t in_force()
    {
        rlimit now{};
        ::getrlimit(RLIMIT_NOFILE, &now);
        return now.rlim_cur;
    }

    rlimit before_{};
};

TEST_F(open_files_test, the_whole_of_what_the_process_was_given_is_used)
{
    limit(64, before_.rlim_max);
    EXPECT_EQ(raise_open_files(100), before_.rlim_max);
    EXPECT_EQ(in_force(), before_.rlim_max);
}

TEST_F(open_files_test, a_privileged_process_gets_more_than_it_was_given)
{
    limit(64, 128);
    const rlimit wider{64, 256};
    if (::setrlimit(RLIMIT_NOFILE, &wider) != 0)
        GTEST_SKIP() << "this process may not raise its own limit";
    limit(64, 128);
    EXPECT_EQ(raise_open_files(300), 300U);
    EXPECT_EQ(in_force(), 300U);
}

TEST_F(open_files_test, what_no_process_may_have_is_not_promised)
{
    limit(64, before_.rlim_max);
    EXPECT_EQ(raise_open_files(std::numeric_limits<std::size_t>::max() / 2), before_.rlim_max);
    EXPECT_EQ(in_force(), before_.rlim_max);
}

}  // namespace
}  // namespace odmr
