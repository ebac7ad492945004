// odmrctl - the administrator's tool of On-Demand Mail Relay. odmrctl(8) describes it.
#include "odmrctl/run.hpp"

#include <iostream>

int main(int argc, char** argv)
{
    return odmr::ctl::run(argc, argv, std::cout, std::cerr);
}
