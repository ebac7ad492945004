// How fast large messages come, through the relay alone and out of Postfix's queue, and what memory they
// take.
#include "stream_cases.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace odmr::bench;
    constexpr std::size_t runs = 3;
    const options how(argc, argv, {"relay", "memory", "postfix"},
                      {{"full", "100 messages in postfix instead of 20", options::kind::flag},
                       {"only", "of each: cases whose names contain TEXT", options::kind::text}},
                      runs);
    try {
        report results;
        if (how.wants("relay"))
            relay_alone(how, results);
        if (how.wants("memory"))
            memory(how, results);
        if (how.wants("postfix"))
            through_postfix(how, results);
        results.print(std::cout);
        if (how.json_file())
            results.write_json(*how.json_file());
        return results.good() ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << "bench_stream: " << problem.what() << '\n';
        return 1;
    }
}
