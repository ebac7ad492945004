// command - what a command of odmrctl is: a row in the table of commands.cpp, and what it is called with.
#pragma once

#include "core/settings.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace odmr::ctl
{

/// A command line that makes no sense (EX_USAGE).
class bad_usage : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A value that cannot be used (EX_DATAERR).
class bad_data : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A file that cannot be read (EX_NOINPUT).
class no_input : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Somebody who may not do this (EX_NOPERM).
class no_permission : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a command is given.
struct invocation {
    const settings& config;
    std::ostream& out;
    bool json = false;                    ///< only for commands that understand it
    std::vector<std::string> words = {};  ///< the arguments that are no options, as many as the row allows
    std::map<std::string, std::vector<std::string>> options = {};  ///< the values of each that was given

    [[nodiscard]] bool has(const std::string& option) const { return options.count(option) != 0; }
};

struct command_option {
    std::string name;  ///< without the hyphens
    enum class kinds { flag, value, values } kind = kinds::flag;
};

inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

struct word_count {
    std::size_t min = 0;
    std::size_t max = 0;
};

struct command {
    /// Its words: "maps", "customer add". One in capitals stands for an argument: "recipients DOMAIN set".
    std::string_view name;
    std::string_view arguments = {};  ///< as shown behind the name
    word_count words = {};            ///< how many arguments there may be, besides options
    std::vector<command_option> options = {};
    bool understands_json = false;
    bool reads_standard_input = false;  ///< when "-" is given
    void (*run)(invocation&);
    std::string_view summary;  ///< a few words
    std::string_view text;     ///< whole sentences, in lines of 80 columns at most

    /// The arguments, when the words given begin with this name: those within it, then those behind it.
    [[nodiscard]] std::optional<std::vector<std::string>> arguments_in(
        const std::vector<std::string>& given) const;

    /// The name without arguments: "recipients set".
    [[nodiscard]] std::string verb() const;
};

/// Every command, in the order of the help text.
const std::vector<command>& commands();

}  // namespace odmr::ctl
