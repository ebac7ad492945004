// odmr-milter - asks odmrd about mail that arrives, for Sendmail or Postfix. odmr-milter(8) describes it.
#include "log/log.hpp"
#include "milter/daemon.hpp"
#include "milter/options.hpp"

#include <sysexits.h>

#include <exception>
#include <iostream>

namespace
{

void run(const odmr::milter::options& how)
{
    if (how.help)
        std::cout << odmr::milter::usage();
    else if (how.version)
        std::cout << "odmr-milter " << ODMR_VERSION << "\n";
    else {
        odmr::log::open(how.log_to, how.level, "odmr-milter");
        odmr::milter::run_daemon(how);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        run(odmr::milter::read_options(argc, argv));
        return EX_OK;
    } catch (const odmr::milter::usage_error& problem) {
        std::cerr << "odmr-milter: " << problem.what() << "\n";
        return EX_USAGE;
    } catch (const odmr::milter::failure& problem) {
        odmr::log::error("cannot-start", {{"reason", problem.what()}});
        std::cerr << "odmr-milter: " << problem.what() << "\n";
        return problem.status();
    } catch (const std::exception& problem) {
        std::cerr << "odmr-milter: " << problem.what() << "\n";
        return EX_SOFTWARE;
    }
}
