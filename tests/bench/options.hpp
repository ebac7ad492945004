// options - the command line of a benchmark: the names of the cases to run, --runs, --json, and options of
// the benchmark's own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace odmr::bench
{

class options
{
public:
    enum class kind { number, text, flag };
    struct own_option {
        std::string name;  ///< "messages": --messages N
        std::string text;  ///< for --help
        kind what = kind::number;
    };

    /// cases: those there are. Prints the help and exits when asked for it, or, with status 64, when the
    /// command line cannot be understood.
    options(int argc, const char* const* argv, const std::vector<std::string>& cases,
            const std::vector<own_option>& own, std::size_t default_runs);

    /// True when the case was asked for, or none was.
    [[nodiscard]] bool wants(const std::string& name) const;
    [[nodiscard]] std::size_t number(const std::string& name, std::size_t otherwise) const;
    /// Nothing when it was not given.
    [[nodiscard]] std::optional<std::string> text(const std::string& name) const;
    /// True when the option --only was not given, or its text is found in the name.
    [[nodiscard]] bool wants_only(const std::string& name) const
    {
        return name.find(text("only").value_or("")) != std::string::npos;
    }
    [[nodiscard]] bool flag(const std::string& name) const { return flags_.contains(name); }
    [[nodiscard]] std::size_t runs() const { return runs_; }
    [[nodiscard]] const std::optional<std::filesystem::path>& json_file() const { return json_file_; }

private:
    std::vector<std::string> chosen_;
    std::map<std::string, std::size_t> numbers_;
    std::map<std::string, std::string> texts_;
    std::set<std::string> flags_;
    std::size_t runs_;
    std::optional<std::filesystem::path> json_file_;
};

}  // namespace odmr::bench
