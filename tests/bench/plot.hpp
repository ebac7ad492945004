// plot - draws lines into an SVG file that needs nothing but itself: places along the bottom, values upwards
// on a logarithmic scale.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace odmr::bench
{

class plot
{
public:
    struct line {
        std::string name;
        struct point {
            double place;
            double value;  ///< more than 0
        };
        std::vector<point> points;
    };

    plot(std::string title, std::string along, std::string upwards)
        : title_(std::move(title)), along_(std::move(along)), upwards_(std::move(upwards))
    {
    }

    void add(line what) { lines_.push_back(std::move(what)); }

    /// Each place that a point has gets the same width, in order. Throws std::runtime_error when the file
    /// cannot be written.
    void write_svg(const std::filesystem::path& file) const;

private:
    std::string title_;
    std::string along_;
    std::string upwards_;
    std::vector<line> lines_;
};

}  // namespace odmr::bench
