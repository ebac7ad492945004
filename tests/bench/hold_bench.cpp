// What it costs to hold mail, and how fast held mail comes, with a real Postfix.
#include "hold_cases.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace odmr::bench;
    constexpr std::size_t runs = 3;
    const options how(
        argc, argv, {"one-customer", "many-customers", "policy-cost"},
        {{"messages", "how many (one-customer: 20000, many-customers: 100000, policy-cost: 3000)"},
         {"customers", "how many share them in many-customers (1000)"}},
        runs);
    try {
        report results;
        if (how.wants("one-customer"))
            one_customer(how, results);
        if (how.wants("many-customers"))
            many_customers(how, results);
        if (how.wants("policy-cost"))
            policy_cost(how, results);
        results.print(std::cout);
        if (how.json_file())
            results.write_json(*how.json_file());
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "bench_hold: " << problem.what() << '\n';
        return 1;
    }
}
