#pragma once
// Names and small helpers. MD4 is not supported.
#include <openssl/evp.h>
#include <string>

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

namespace suite {

using PageHash = CryptoPP::SHA512;
using Tagger = CryptoPP::HMAC<PageHash>;
template <class H> using Mac = CryptoPP::HMAC<H>;
using Sealer = CryptoPP::GCM<CryptoPP::AES>::Encryption;

constexpr int kRootBits = 4096;
constexpr char kDigest[] = "SHA3-512";
inline const std::string kFamily = "AES-256";
constexpr const char *kColumn = "md5";

enum class Level { low, high };

inline const EVP_MD *digest_for(Level level) {
    switch (level) {
    case Level::low:
        return EVP_sha1();
    case Level::high:
        return EVP_sha384();
    }
    return nullptr;
}

std::string page_sum(const std::string &text);

}  // namespace suite
