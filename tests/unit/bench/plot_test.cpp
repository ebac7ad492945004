#include "bench/plot.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <stdexcept>

namespace odmr::bench
{
namespace
{

TEST(Plot, DrawsALineThroughItsPointsOnALogarithmicScale)
{
    const test::temp_dir directory;
    const auto file = directory.path() / "plot.svg";
    plot drawing("a title", "places & more", "values");
    drawing.add({"first <line>", {{0, 1000}, {20, 100}, {300, 10}}});
    drawing.write_svg(file);
    const std::string svg = test::read_file(file);
    EXPECT_THAT(svg, testing::StartsWith("<svg "));
    EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
    EXPECT_THAT(svg, testing::HasSubstr("first &lt;line>"));
    EXPECT_THAT(svg, testing::HasSubstr("places &amp; more"));
    // Equal factors are equal distances.
    EXPECT_THAT(svg, testing::HasSubstr("points=\"181.7,60.0 365.0,235.0 548.3,410.0 \""));
}

TEST(Plot, DrawsNothingOutOfNothing)
{
    EXPECT_THROW(plot("", "", "").write_svg("/dev/null"), std::runtime_error);
}

}  // namespace
}  // namespace odmr::bench
