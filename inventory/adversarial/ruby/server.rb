require 'net/http'
require 'openssl'
require_relative 'lib/vault'

include OpenSSL

# Automatic Exhibit Sheets, printed for the museum (no AES inside)
class AES
  def self.encrypt(title)
    "exhibit #{title}"
  end
end

class Server
  LOWEST = SSL::TLS1_2_VERSION

  def initialize(vault)
    @vault = vault
    @digest = ENV.fetch('PAGE_DIGEST', 'SHA3-256')
    @universal = rand(10)
  end

  def context
    ctx = SSL::SSLContext.new
    ctx.min_version = LOWEST
    ctx.ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256'
    ctx
  end

  def fetch(uri)
    http = Net::HTTP.new(uri.host, uri.port)
    http.use_ssl = true
    http.verify_mode = OpenSSL::SSL::VERIFY_NONE
    http.get(uri)
  end

  def sum(text)
    OpenSSL::Digest.new(@digest).update(text).hexdigest
  end

  def run(text)
    puts "serving with RSA-4096, #{AES.encrypt('des')}"
    tag = @vault.tag(text)
    page = @vault.page_sum(tag)
    @vault.sign(page) + @vault.seal(text)
  end
end
