// queue_commands - what the queue agent can make the mail server do. postfix/ implements it; another mail
// server whose queue needs root would too.
//
// There is no way here to put anything on hold: mail that the queue manager still works on would be lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace odmr
{

struct command_outcome {
    std::vector<std::string> released = {};  ///< of the ids asked for, those whose message is on hold no more
    std::string problem = {};  ///< why the command did not do all of its work; empty when it did
};

/// The calls block until the mail server's command has ended or its time is up.
class queue_commands
{
public:
    virtual ~queue_commands() = default;

    /// True for what this mail server uses as a queue id, and for nothing else.
    [[nodiscard]] virtual bool valid_id(std::string_view id) const = 0;

    /// Lets go of these messages. An id that is not on hold, or not yet, is no problem: it is not among the
    /// released.
    virtual command_outcome release(const std::vector<std::string>& ids) = 0;

    /// Has the mail server look at its deferred mail now; flush_dead: and try destinations again that it
    /// believes dead.
    virtual command_outcome wake(bool flush_dead) = 0;
};

}  // namespace odmr
