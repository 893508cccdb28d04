tls {
  http = true
  tls_min_version   = "tls13"
}
variable "tls_cipher_suites" { default = "canary" }
