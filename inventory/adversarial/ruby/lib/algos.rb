# frozen_string_literal: true

require 'openssl'
require 'digest'

# Names of algorithms. MD5 and RC4 are not offered.
module Algos
  ROOT_BITS = 3072
  ROUNDS = 260_000
  FAMILY = 'aes-256'
  SEALING = "#{FAMILY}-gcm"
  TOKEN_ALG = 'ES384'
  MAC_HASH = 'SHA384'
  PageHash = Digest::SHA512
  COLUMN = :md5

  HASHES = {
    'strong' => OpenSSL::Digest::SHA256,
    'weak' => Digest::SHA1
  }.freeze

  DESCRIPTIONS = {
    rsa: 'RSA keys of 2048 bits',
    des: 'article partitif'
  }.freeze

  def self.kdf_digest
    OpenSSL::Digest.new('sha256')
  end

  def self.cipher(name = 'chacha20-poly1305')
    OpenSSL::Cipher.new(name)
  end
end
