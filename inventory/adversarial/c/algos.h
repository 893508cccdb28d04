/* Names for the whole program. RC4 and DES were removed. */
#ifndef ALGOS_H
#define ALGOS_H

#include <stddef.h>

#define DEFAULT_DIGEST "SHA2-384"
#define SEAL_CIPHER EVP_aes_256_gcm
#define TAG_HASH() EVP_sha512()
#define ROOT_BITS 3072
#define KDF_ROUNDS 400000
#define MD5_COLUMN "md5"

/* hash a buffer with SHA-256 into out */
int page_digest(const void *data, size_t len, unsigned char *out);
int make_tag(const void *key, int keylen, const void *data, size_t len, unsigned char *out);
int random_salt(unsigned char *out, int len);

#endif
