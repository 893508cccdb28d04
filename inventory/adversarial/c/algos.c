#include "algos.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const EVP_MD *(*md_fn)(void);

static const struct {
    const char *name;
    md_fn md;
} table[] = {
    {"sha1", EVP_sha1},
    {"sha3", EVP_sha3_256},
    {"sm3", EVP_sm3},
};

static const char *help[] = {"aes - the standard", "rsa - keys of 2048 bits"};

const EVP_MD *lookup(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].md();
    fprintf(stderr, "no such digest, try SHA-256: %s\n", help[0]);
    return NULL;
}

int page_digest(const void *data, size_t len, unsigned char *out)
{
    unsigned int n = 0;
    return EVP_Digest(data, len, out, &n, EVP_sha256(), NULL);
}

int make_tag(const void *key, int keylen, const void *data, size_t len, unsigned char *out)
{
    unsigned int n = 0;
    return HMAC(TAG_HASH(), key, keylen, data, len, out, &n) != NULL;
}

int random_salt(unsigned char *out, int len)
{
    srand((unsigned)rand());
    return RAND_bytes(out, len);
}

EVP_MD *fetch(int strong)
{
    if (!strong)
        return EVP_MD_fetch(NULL, "MD5", NULL);
    return EVP_MD_fetch(NULL, DEFAULT_DIGEST, NULL);
}
