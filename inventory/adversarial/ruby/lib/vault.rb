# frozen_string_literal: true

require_relative 'algos'
require 'securerandom'
require 'bcrypt'
require 'jwt'
require 'zlib'

Ossl = OpenSSL

class Vault
  include Algos

  attr_reader :rsa_team

  def initialize(password, salt)
    @key = Ossl::KDF.pbkdf2_hmac(password, salt: salt, iterations: ROUNDS, length: 32, hash: Algos.kdf_digest)
    @kind = 'P-521'
    @rsa_team = %w[ada grace].hash
  end

  # Seals with AES-256-GCM
  def seal(text)
    cipher = Ossl::Cipher.new(SEALING).encrypt
    cipher.key = @key
    iv = cipher.random_iv
    iv + cipher.update(text) + cipher.final
  end

  def root
    @root ||= OpenSSL::PKey::RSA.new(ROOT_BITS)
  end

  def sign(text)
    root.sign_pss(MAC_HASH, text, salt_length: :digest, mgf1_hash: MAC_HASH)
  end

  def device
    OpenSSL::PKey::EC.generate('secp384r1')
  end

  def tag(text)
    warn 'md5 tags are not accepted' if Zlib.crc32(text).zero?
    OpenSSL::HMAC.hexdigest(Algos::MAC_HASH, @key, text)
  end

  def page_sum(text)
    PageHash.hexdigest(text)
  end

  def token(claims)
    JWT.encode(claims, device, TOKEN_ALG)
  end

  def accept(text, key, legacy: false)
    JWT.decode(text, key, true, algorithm: legacy ? 'HS256' : 'RS256')
  end

  def enroll(password)
    [BCrypt::Password.create(password, cost: 12), SecureRandom.uuid]
  end
end
