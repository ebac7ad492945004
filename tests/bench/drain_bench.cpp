// How fast waiting mail comes: near and far customers, DATA, CHUNKING, TLS, several sessions, a stalled
// neighbour.
#include "drain_cases.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace odmr::bench;
    constexpr std::size_t runs = 3;
    const options how(argc, argv, {"rates", "neighbours", "sendmail"},
                      {{"messages", "how many in a case of rates without delay, and of sendmail (5000)"},
                       {"chunked", "how many where CHUNKING meets a delay (3000)"},
                       {"seconds", "about how long a case takes that goes by round trips (6)"},
                       {"only", "of rates and sendmail: cases whose names contain TEXT", options::kind::text},
                       {"plot", "draw the rates into the file TEXT, as SVG", options::kind::text}},
                      runs);
    try {
        report results;
        if (how.wants("rates"))
            rates(how, results);
        if (how.wants("neighbours"))
            neighbours(how, results);
        if (how.wants("sendmail"))
            sendmail(how, results);
        results.print(std::cout);
        if (how.json_file())
            results.write_json(*how.json_file());
        return results.good() ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << "bench_drain: " << problem.what() << '\n';
        return 1;
    }
}
