# tls_min_version = "tls10"
listener "tcp" {
  address           = "0.0.0.0:8200"
  tls_cert_file     = "/vault/canary.crt"
  tls_min_version   = "tls12"
  tls_max_version   = "tls13"
  tls_cipher_suites = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_256_CBC_SHA"
}
seal "pkcs11" {
  lib            = "/usr/lib/hsm.so"
  pin            = "canary"
  key_label      = "vault-hsm-key"
  mechanism      = "0x1085"
  hmac_mechanism = "0x0251"
}
