variable "bits" {
  type    = number
  default = 3072
}

variable "spec" {}

locals {
  policy = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
}

resource "tls_private_key" "ca" {
  algorithm = "RSA"
  rsa_bits  = var.bits
}

resource "tls_private_key" "default" {
  algorithm = "ECDSA"
  rsa_bits  = 2048
}

resource "tls_private_key" "ssh" {
  algorithm   = "ECDSA"
  ecdsa_curve = "P384"
  # algorithm = "RSA"
}

resource "random_password" "db" {
  length = 24
}

resource "aws_kms_key" "sign" {
  customer_master_key_spec = "ML_DSA_65"
}

resource "aws_kms_key" "given" {
  customer_master_key_spec = var.spec
}

resource "aws_lb_listener" "https" {
  port       = 443
  ssl_policy = local.policy
}

resource "aws_acmpca_certificate_authority" "root" {
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_vpn_connection" "hq" {
  tunnel1_phase1_dh_group_numbers      = [14, 20]
  tunnel1_phase1_encryption_algorithms = ["AES256-GCM-16"]
  tunnel1_ike_versions                 = ["ikev2"]
}

resource "aws_cloudfront_distribution" "cdn" {
  viewer_certificate {
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

output "algorithm" {
  value = "RSA"
}
