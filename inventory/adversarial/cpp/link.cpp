#include "suite.hpp"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <memory>
#include <vector>

using CtxPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
static auto *const fresh = &RAND_bytes;
static const int kCurve = NID_secp384r1;

class Link {
public:
    explicit Link(bool readHeader, const EVP_MD *md = EVP_sha256())
        : md_(md), ctx_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
        SSL_CTX_set_min_proto_version(ctx_.get(), TLS1_3_VERSION);
        if (readHeader)
            SSL_CTX_set_ciphersuites(ctx_.get(), "TLS_AES_128_GCM_SHA256");
    }

    // Sign with the digest chosen in the constructor, not with MD5.
    bool start(EVP_MD_CTX *ctx, EVP_PKEY *key) {
        return EVP_DigestSignInit(ctx, nullptr, md_, nullptr, key) == 1;
    }

    std::vector<unsigned char> salt() {
        std::vector<unsigned char> out(16);
        fresh(out.data(), static_cast<int>(out.size()));
        return out;
    }

private:
    const EVP_MD *md_;
    CtxPtr ctx_;
};

EVP_PKEY *device_key() {
    return EVP_EC_gen("P-256");
}

EC_KEY *old_key() {
    return EC_KEY_new_by_curve_name(kCurve);
}

const EVP_CIPHER *cipher() {
    const std::string name = suite::kFamily + "-CBC";
    return EVP_get_cipherbyname(name.c_str());
}

std::string report(const std::string &text) {
    EVP_MD *md = EVP_MD_fetch(nullptr, suite::kDigest, nullptr);
    const EVP_MD *low = suite::digest_for(suite::Level::low);
    EVP_MD_free(md);
    return suite::page_sum(text) + (low ? " sha1sum" : "");
}
