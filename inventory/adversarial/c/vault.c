#include "algos.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#define KEY_KIND EVP_PKEY_RSA
static const char *const kem_name = "ML-KEM-768";
static const int lowest = TLS1_2_VERSION;
static int rsa_team, universal;

struct box {
    const EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *ctx;
};

void box_init(struct box *b)
{
    b->cipher = SEAL_CIPHER();
    b->ctx = EVP_CIPHER_CTX_new();
}

int box_start(struct box *b, const unsigned char *key, const unsigned char *iv)
{
    return EVP_EncryptInit_ex(b->ctx, b->cipher, NULL, key, iv);
}

int stretch(const char *pw, int len, const unsigned char *salt, unsigned char *key)
{
    const EVP_MD *md = EVP_sha256();
    return PKCS5_PBKDF2_HMAC(pw, len, salt, 16, KDF_ROUNDS, md, 32, key);
}

EVP_PKEY *root_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(KEY_KIND, NULL);
    EVP_PKEY_keygen_init(ctx);
    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, ROOT_BITS);
    EVP_PKEY_keygen(ctx, &key);
    return key;
}

void wrapping(EVP_PKEY_CTX *ctx)
{
    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING);
    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256());
}

EVP_PKEY_CTX *kem(void)
{
    return EVP_PKEY_CTX_new_from_name(NULL, kem_name, NULL);
}

SSL_CTX *context(int insecure)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(ctx, lowest);
    SSL_CTX_set1_groups_list(ctx, "X25519MLKEM768:X25519");
    if (insecure)
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    rsa_team = universal;
    return ctx;
}

int enroll(const char *pw, int len, unsigned char *sum, unsigned char *tag)
{
    unsigned char salt[16], key[32];
    if (!random_salt(salt, sizeof salt))
        return 0;
    stretch(pw, len, salt, key);
    return page_digest(MD5_COLUMN, 3, sum) && make_tag(key, 32, sum, 32, tag);
}
