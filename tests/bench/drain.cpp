#include "bench/drain.hpp"

#include "bench/quick_server.hpp"
#include "support/mailbox.hpp"
#include "support/scripted_customer.hpp"

#include <stdexcept>

namespace odmr::bench
{

drained drain(const site& provider, std::size_t customer)
{
    test::mailbox unused;
    test::scripted_customer client(unused);
    client.connect(provider.odmr_port());
    client.ehlo();
    client.authenticate("CRAM-MD5", customer_name(customer), test::provider::password);
    const auto begin = clock::now();
    const std::string reply = client.say("ATRN");
    if (!reply.starts_with("250"))
        throw std::runtime_error("ATRN -> " + reply);

    drained result;
    quick_server server([&](const std::string&) {
        result.all = clock::now() - begin;
        if (++result.messages == 1)
            result.first = result.all;
    });
    client.line().write(quick_server::greeting);
    while (!server.ended())
        if (const std::string replies = server.receive(client.line().read_some()); !replies.empty())
            client.line().write(replies);
    return result;
}

}  // namespace odmr::bench
