tls {
  defaults {
    tls_min_version   = "TLSv1_2"
    tls_cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
  }
}
