#include "process/open_files.hpp"

#include <sys/resource.h>

namespace odmr
{

std::size_t raise_open_files(std::size_t wanted)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_max < wanted) {
        const rlimit more{wanted, wanted};
        if (::setrlimit(RLIMIT_NOFILE, &more) == 0)
            return wanted;
    }
    const rlimit all{limit.rlim_max, limit.rlim_max};
    return ::setrlimit(RLIMIT_NOFILE, &all) == 0 ? all.rlim_cur : limit.rlim_cur;
}

}  // namespace odmr
