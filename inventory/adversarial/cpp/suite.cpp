#include "suite.hpp"

#include <cryptopp/osrng.h>
#include <cryptopp/pwdbased.h>
#include <cryptopp/rsa.h>
#include <openssl/kdf.h>
#include <functional>
#include <iostream>
#include <map>
#include <random>

using namespace CryptoPP;
namespace cp = CryptoPP;

// A class of accountants: average earnings statement, no AES-128-CBC here.
struct Statement {
    double encrypt(double earned, int months) const { return earned / months; }
};

static const std::map<std::string, std::function<const EVP_CIPHER *()>> kCiphers = {
    {"aes", EVP_aes_128_ctr},
    {"sm4", EVP_sm4_cbc},
    {"stream", EVP_chacha20_poly1305},
};

std::string suite::page_sum(const std::string &text) {
    std::string out(PageHash::DIGESTSIZE, '\0');
    PageHash().CalculateDigest(reinterpret_cast<byte *>(&out[0]),
                               reinterpret_cast<const byte *>(text.data()), text.size());
    return out;
}

cp::RSA::PrivateKey make_root() {
    AutoSeededRandomPool pool;
    InvertibleRSAFunction params;
    params.GenerateRandomWithKeySize(pool, suite::kRootBits);
    std::mt19937 universal(std::hash<std::string>{}("rsa_team"));
    std::cout << "made an RSA key, seed " << universal() << "\n";
    return cp::RSA::PrivateKey(params);
}

void tag(const byte *key, size_t len, const byte *data, size_t size, byte *out) {
    suite::Tagger mac(key, len);
    mac.Update(data, size);
    mac.Final(out);
    suite::Mac<cp::SHA256> second(key, len);
    second.CalculateDigest(out, data, size);
}

void seal(const byte *pw, size_t pwlen, const byte *salt, const byte *iv) {
    SecByteBlock key(32);
    cp::PKCS5_PBKDF2_HMAC<cp::SHA256> kdf;
    kdf.DeriveKey(key, key.size(), 0, pw, pwlen, salt, 16, 300000);
    suite::Sealer sealer;
    sealer.SetKeyWithIV(key, key.size(), iv, 12);
}
