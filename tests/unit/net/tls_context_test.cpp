// tls_context: every fault of certificate and key is named at the start.
#include "net/tls_context.hpp"

#include "support/certificate.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace odmr
{
namespace
{

std::string fault(const std::string& certificate, const std::string& key)
{
    try {
        const tls_context context(certificate, key, tls_version::tls1_2);
    } catch (const std::runtime_error& problem) {
        return problem.what();
    }
    return "";
}

TEST(tls_context, takes_a_certificate_and_its_key)
{
    const test::temp_dir directory;
    const auto made = test::make_certificate(directory.path());
    EXPECT_EQ(fault(made.certificate_file, made.key_file), "");
}

TEST(tls_context, names_the_file_that_is_missing_or_no_certificate)
{
    const test::temp_dir directory;
    const auto made = test::make_certificate(directory.path());
    EXPECT_TRUE(fault("/nonexistent.pem", made.key_file).starts_with("/nonexistent.pem: "));
    const std::string junk = directory.path() / "junk.pem";
    test::write_file(junk, "no certificate\n");
    EXPECT_TRUE(fault(junk, made.key_file).starts_with(junk + ": "));
    EXPECT_TRUE(fault(made.certificate_file, junk).starts_with(junk + ": "));
}

TEST(tls_context, names_a_key_that_belongs_to_another_certificate)
{
    const test::temp_dir one;
    const test::temp_dir other;
    const auto first = test::make_certificate(one.path());
    const auto second = test::make_certificate(other.path());
    EXPECT_NE(fault(first.certificate_file, second.key_file).find(second.key_file.string()),
              std::string::npos);
}

}  // namespace
}  // namespace odmr
