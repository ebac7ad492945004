#include "bench/fast_customer.hpp"

#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace odmr::bench
{

fast_customer::fast_customer(const test::provider& provider, const std::string& customer, manner how,
                             quick_server::handlers mail)
    : how_(how), client_(unused_), server_(how.server, std::move(mail))
{
    must(client_.connect(how_.port != 0 ? how_.port : provider.port()), "220");
    must(client_.ehlo(), "250");
    if (how_.tls) {
        must(client_.start_tls(provider.certificate_file()), "220");
        must(client_.ehlo(), "250");
    }
    must(client_.authenticate("CRAM-MD5", customer, test::provider::password), "235");
}

void fast_customer::must(const std::string& reply, const char* code) const
{
    if (!reply.starts_with(code))
        throw std::runtime_error("the customer expected " + std::string(code) + ":\n" + client_.log().text());
}

void fast_customer::turn()
{
    must(client_.say("ATRN"), "250");
}

void fast_customer::serve()
{
    constexpr std::size_t read_octets = 256 * 1024;
    std::vector<char> block(read_octets);
    try {
        client_.line().write(quick_server::greeting);
        while (!server_.ended()) {
            if (server_.stalled())
                cut_.wait(false);
            const std::size_t n = client_.line().read_some(block);
            if (const auto replies = server_.receive({block.data(), n}); !replies.empty())
                client_.line().write(replies);
        }
    } catch (const test::connection_closed&) {
        if (!cut_)
            throw;
    }
}

void fast_customer::cut()
{
    cut_ = true;
    cut_.notify_all();
    client_.line().cancel();
}

void attended_customer::begin()
{
    customer_.turn();
    thread_ = std::jthread([this] {
        try {
            customer_.serve();
        } catch (const std::exception& problem) {
            std::cerr << "a customer: " << problem.what() << '\n';
        }
    });
}

}  // namespace odmr::bench
