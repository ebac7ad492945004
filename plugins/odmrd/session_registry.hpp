// session_registry - the customers' connections there are, to count them and to end them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

/// What is to be seen of a session from outside.
struct session_view {
    enum class stage {
        login,      ///< nobody is authenticated yet
        commands,   ///< authenticated, before the turn
        relaying,   ///< after the turn
        lingering,  ///< after the turn, and no mail is on the wire
    };
    std::string id;  ///< as in the log
    stage at = stage::login;
    std::chrono::system_clock::time_point since;  ///< when it was connected
    bool tls = false;
    std::vector<std::string> domains = {};  ///< it takes mail for; none before the turn
    std::size_t under_way = 0;              ///< messages
    std::size_t delivered = 0;              ///< recipients so far, by outcome
    std::size_t deferred = 0;
    std::size_t refused = 0;
};

/// One connection to port 366, before and after the turn.
class session
{
public:
    virtual ~session() = default;
    [[nodiscard]] virtual const std::string& peer_address() const = 0;
    /// Who is authenticated, or empty.
    [[nodiscard]] virtual const std::string& customer() const = 0;
    [[nodiscard]] virtual session_view view() const = 0;
    /// Ends in good order: what is on the wire is finished, then 421 or QUIT.
    virtual void stop(std::string_view why) = 0;
    /// Ends now. Mail whose fate is open stays in the host MTA's queue.
    virtual void abort() = 0;
};

class session_registry
{
public:
    /// A name for the next session, unique in this process: short, for the log.
    std::string next_id();

    void add(const std::shared_ptr<session>& s);
    void remove(const session& s);

    [[nodiscard]] std::size_t count() const { return sessions_.size(); }
    [[nodiscard]] std::size_t count_address(std::string_view address) const;
    [[nodiscard]] std::size_t count_customer(std::string_view customer) const;
    /// All there are now; safe to use while sessions come and go.
    [[nodiscard]] std::vector<std::shared_ptr<session>> all() const { return sessions_; }

private:
    std::vector<std::shared_ptr<session>> sessions_;
    std::uint64_t next_ = 0;
};

}  // namespace odmr
