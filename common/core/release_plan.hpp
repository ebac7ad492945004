// release_plan - which held mail is let go when: the mail of customers whose line is there, the oldest first,
// as much as each line takes (release_window), and fairly shared when it is too much for the mail system.
//
// It keeps the ledger true about what it lets go. How mail is let go is the adapter's business: it takes ids
// from here, runs the mail system's command, and says which of them the command named.
#pragma once

#include "core/ledger.hpp"
#include "core/mail_amount.hpp"
#include "core/release_window.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace odmr
{

class release_plan
{
public:
    using clock_point = release_window::clock_point;

    /// Both clocks, given by the caller; nothing here reads one.
    struct time {
        clock_point now;
        wall_time wall;
    };

    /// Mail that was let go comes within this time when nothing is wrong.
    static constexpr std::chrono::milliseconds due{1500};
    /// Mail that was let go and has not come for this long is left to the mail system.
    static constexpr std::chrono::seconds comes_within{10};
    /// An id that could not be let go is tried again each second while its message is younger than this: its
    /// file may be on its way to where held mail is. After that, it is tried after `later`.
    static constexpr std::chrono::seconds young{60};

    /// most: let go and not delivered, for all customers together. later: see above.
    release_plan(ledger& books, mail_amount most, std::chrono::seconds later)
        : books_(books), most_(most), later_(later)
    {
    }

    /// For what begins from now on.
    void set_limits(mail_amount most, std::chrono::seconds later);

    void domain_online(const std::string& customer, const std::string& domain);
    /// With the last domain of the customer the line is gone: what is under way is deferred mail now.
    void domain_offline(const std::string& customer, const std::string& domain);

    /// What is to be let go now. To be followed by let_go().
    std::vector<std::string> take(time t);
    /// Of the ids taken, these are on hold no more.
    void let_go(const std::vector<std::string>& taken, const std::vector<std::string>& named, time t);

    /// A message is being delivered to the customer.
    void came(std::string_view queue_id);
    /// So many recipients of a message at the domain have their final answer, 2xx or 5xx, and others (or
    /// none) stay in the queue. True when there are more recipients at the domain, who come in a transaction
    /// of their own.
    bool settled(std::string_view queue_id, std::string_view domain, std::size_t final_answers, bool others,
                 clock_point now);

    struct outlook {
        std::size_t coming =
            0;  ///< held mail that will be let go soon (1: there is some), and mail that just was
        std::size_t overdue = 0;  ///< mail that was let go and should have come by now

        friend bool operator==(const outlook&, const outlook&) = default;
    };
    /// What is to come for these domains.
    [[nodiscard]] outlook still_to_come(const std::vector<std::string>& domains, time t) const;
    /// Somebody is there for whom mail is held.
    [[nodiscard]] bool anything_held() const;

private:
    struct line {
        std::set<std::string, std::less<>> domains;
        release_window window;
    };
    struct on_its_way {
        std::string customer;
        clock_point since;
    };

    void take_for(const std::string& customer, line& there, release_window::allowance allowance, time t,
                  std::vector<std::string>& taken);
    void give_up_what_does_not_come(clock_point now);
    void agree_with_ledger(clock_point now);
    release_window* window_of(const waiting_message& m);

    ledger& books_;
    mail_amount most_;
    std::chrono::seconds later_;
    std::map<std::string, line, std::less<>> lines_;
    /// Whose a domain is that is online: asked once a minute for each of thousands of idle customers.
    std::map<std::string, std::string, std::less<>> customers_;
    std::unordered_map<std::string, on_its_way> not_come_;
};

}  // namespace odmr
