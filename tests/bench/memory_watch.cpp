#include "bench/memory_watch.hpp"

#include "support/temp_dir.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>

namespace odmr::bench
{
namespace
{

/// proc(5): statm counts pages, the resident ones second.
std::uint64_t resident(pid_t process)
{
    std::istringstream statm(test::read_file("/proc/" + std::to_string(process) + "/statm"));
    std::uint64_t all = 0;
    std::uint64_t pages = 0;
    statm >> all >> pages;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

memory_watch::memory_watch(pid_t process)
    : begin_(resident(process)), most_(begin_), thread_([this, process](const std::stop_token& stop) {
          constexpr auto pause = std::chrono::milliseconds(2);
          while (!stop.stop_requested()) {
              most_ = std::max(most_.load(), resident(process));
              std::this_thread::sleep_for(pause);
          }
      })
{
}

}  // namespace odmr::bench
