// release - see release.hpp.
#include "odmrctl/release.hpp"

#include "odmrctl/daemon_client.hpp"

namespace odmr::ctl
{
namespace
{

using json = nlohmann::ordered_json;

json ask_patiently(invocation& call, std::string_view command)
{
    auto done = daemon_client(call.config).ask(command, call.words, {}, daemon_client::thorough);
    if (call.json)
        call.out << done.dump(2) << "\n";
    return done;
}

void adopt(invocation& call)
{
    if (call.words.size() != 1)
        throw bad_usage("release: too many arguments; expected odmrctl release --adopt CUSTOMER");
    const auto done = ask_patiently(call, "adopt");
    if (!call.json)
        call.out << "messages taken over for customer " << call.words.front() << ": " << done.at("adopted")
                 << "; still on somebody else's hold: " << done.at("left") << "\n";
}

}  // namespace

void release_mail(invocation& call)
{
    if (call.has("adopt"))
        return adopt(call);
    const auto done = ask_patiently(call, "release");
    const auto asked = done.at("asked").get<std::uint64_t>();
    const auto let_go = done.at("let_go").get<std::uint64_t>();
    if (!call.json)
        call.out << "messages let go: " << let_go << "\n";
    if (let_go < asked)
        throw std::runtime_error("messages that are still on hold: " + std::to_string(asked - let_go) +
                                 "; the log of odmrd says why");
}

void reconcile(invocation& call)
{
    const auto done = ask_patiently(call, "reconcile");
    if (call.json)
        return;
    call.out << "messages that wait for customers: " << done.at("messages") << "\n";
    if (!done.at("complete").get<bool>())
        call.out << "some may be missing, because mail was on its way; run this again\n";
}

}  // namespace odmr::ctl
