// report - what a benchmark has measured: a table for people, and JSON for programs, one object a case.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace odmr::bench
{

struct measurement {
    std::string name;
    std::vector<double> values = {};   ///< one for each run; not empty
    std::string unit = {};             ///< "ms", "messages/s"; empty for what is only counted
    double rtt_ms = 0;                 ///< round trip time of the customer's line
    std::optional<double> ratio = {};  ///< of the median to that of `against`
    std::string against = {};          ///< another measurement's name, or what the target is
};

/// Of values, which must not be empty: the smallest one that so large a part of them (0 to 1) does not
/// exceed.
double quantile(std::vector<double> values, double part);
inline double median(const std::vector<double>& values)
{
    return quantile(values, 0.5);
}

class report
{
public:
    void add(measurement what) { rows_.push_back(std::move(what)); }
    /// The same, with the ratio of its median to that of a measurement added before. Throws std::logic_error
    /// when there is none of that name.
    void add_against(measurement what, const std::string& other);

    [[nodiscard]] bool has(const std::string& name) const;
    /// As add_against where the other one was measured, too, else as add.
    void add_against_any(measurement what, const std::string& other)
    {
        has(other) ? add_against(std::move(what), other) : add(std::move(what));
    }

    /// Something went wrong that makes what was measured worth less: it is printed, and good() is false.
    void add_fault(std::string what) { faults_.push_back(std::move(what)); }
    [[nodiscard]] bool good() const { return faults_.empty(); }

    void print(std::ostream& out) const;
    /// Lines of JSON: name, rtt_ms, median, min, max, unit, ratio, against. Throws std::runtime_error when
    /// the file cannot be written.
    void write_json(const std::filesystem::path& file) const;

private:
    std::vector<measurement> rows_;
    std::vector<std::string> faults_;
};

}  // namespace odmr::bench
