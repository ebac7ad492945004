// keeper - a small process that ends another one when the test is gone, even when the test was killed.
//
// child_process needs none: the kernel tells its child itself. This is for daemons, which leave their parent,
// and for whole process groups.
#pragma once

#include <sys/types.h>

namespace odmr::test
{

class keeper
{
public:
    /// who: a process, or a process group as a negative number (kill(2)). It gets SIGTERM when this process
    /// ends.
    explicit keeper(pid_t who);
    /// Whoever was watched is none of its business any more.
    ~keeper();
    keeper(const keeper&) = delete;
    keeper& operator=(const keeper&) = delete;

private:
    pid_t pid_;
};

}  // namespace odmr::test
