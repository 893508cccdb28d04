resource "azurerm_key_vault_key" "k" {
  key_type = "RSA-HSM"
  key_size = 4096
}

resource "azurerm_key_vault_certificate" "c" {
  certificate_policy {
    key_properties {
      key_type = "EC"
      curve    = "P-256"
    }
  }
}

resource "azurerm_storage_account" "s" {
  min_tls_version = "TLS1_2"
}

resource "azurerm_mssql_server" "db" {
  minimum_tls_version = "1.2"
}

resource "azurerm_application_gateway" "g" {
  ssl_policy {
    policy_type          = "CustomV2"
    min_protocol_version = "TLSv1_2"
    cipher_suites        = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
  }
}

resource "google_kms_crypto_key" "kem" {
  purpose = "KEY_ENCAPSULATION"
  version_template {
    algorithm = "ML_KEM_768"
  }
}

resource "google_compute_ssl_policy" "p" {
  profile         = "CUSTOM"
  min_tls_version = "TLS_1_2"
  custom_features = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA"]
}

resource "google_privateca_certificate_authority" "ca" {
  key_spec {
    algorithm = "RSA_PKCS1_4096_SHA256"
  }
}

resource "google_dns_managed_zone" "z" {
  dnssec_config {
    default_key_specs {
      algorithm  = "rsasha256"
      key_length = 2048
    }
  }
}

resource "vault_pki_secret_backend_role" "r" {
  key_type = "ec"
  key_bits = 384
}

resource "vault_transit_secret_backend_key" "t" {
  type = "aes256-gcm96"
}

resource "alicloud_kms_key" "gm" {
  key_spec = "EC_SM2"
}

resource "huaweicloud_kms_key" "gm" {
  key_algorithm = "SM4"
}

resource "alicloud_slb_listener" "l" {
  tls_cipher_policy = "tls_cipher_policy_1_2_strict_with_1_3"
}

resource "google_compute_ssl_policy" "m" {
  profile = "MODERN"
}

resource "azurerm_virtual_network_gateway_connection" "v" {
  ipsec_policy {
    dh_group  = "ECP384"
    pfs_group = "None"
  }
}
