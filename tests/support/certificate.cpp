#include "support/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace odmr::test
{
namespace
{

void must(bool done)
{
    if (!done)
        throw std::runtime_error("cannot make a certificate");
}

using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
using certificate_pointer = std::unique_ptr<X509, decltype(&::X509_free)>;
using extension_pointer = std::unique_ptr<X509_EXTENSION, decltype(&::X509_EXTENSION_free)>;
struct file_closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using file_pointer = std::unique_ptr<std::FILE, file_closer>;

certificate_pointer self_signed(EVP_PKEY* key)
{
    constexpr long day = 24L * 60 * 60;
    certificate_pointer result(::X509_new(), &::X509_free);
    X509* const x = result.get();
    must(::X509_set_version(x, X509_VERSION_3) == 1 &&
         ::ASN1_INTEGER_set(::X509_get_serialNumber(x), 1) == 1);
    must(::X509_gmtime_adj(::X509_getm_notBefore(x), -day) != nullptr);
    must(::X509_gmtime_adj(::X509_getm_notAfter(x), day) != nullptr);
    must(::X509_set_pubkey(x, key) == 1);
    X509_NAME* const name = ::X509_get_subject_name(x);
    const auto* common_name = reinterpret_cast<const unsigned char*>("provider.example.net");
    must(::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1);
    must(::X509_set_issuer_name(x, name) == 1);
    const extension_pointer names(
        ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                              "DNS:provider.example.net,DNS:localhost,IP:127.0.0.1"),
        &::X509_EXTENSION_free);
    must(names != nullptr && ::X509_add_ext(x, names.get(), -1) == 1);
    must(::X509_sign(x, key, ::EVP_sha256()) > 0);
    return result;
}

}  // namespace

certificate make_certificate(const std::filesystem::path& directory)
{
    certificate files{directory / "certificate.pem", directory / "key.pem"};
    const key_pointer key(::EVP_EC_gen("P-256"), &::EVP_PKEY_free);
    must(key != nullptr);
    const certificate_pointer made = self_signed(key.get());
    const file_pointer certificate_file(std::fopen(files.certificate_file.c_str(), "w"));
    must(certificate_file != nullptr && ::PEM_write_X509(certificate_file.get(), made.get()) == 1);
    const file_pointer key_file(std::fopen(files.key_file.c_str(), "w"));
    must(key_file != nullptr &&
         ::PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return files;
}

}  // namespace odmr::test
