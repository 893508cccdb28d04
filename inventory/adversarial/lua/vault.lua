local algos = require "algos"
local cipher = require "resty.openssl.cipher"
local kdf = require("resty.openssl.kdf")
local new_hmac = require("resty.openssl.hmac").new
local pkey = require "resty.openssl.pkey"
local rand = require "resty.openssl.rand"
local SEALING, ROOT = algos.SEALING, algos.ROOT
local fmt = string.format

local Vault = {}
Vault.__index = Vault
local ROUNDS = 260000

function Vault.open(password, salt)
  local self = setmetatable({}, Vault)
  self.rsa_team = { "ada", "grace" }
  self.mac = algos.MAC
  self.key = assert(kdf.derive({
    type = kdf.PBKDF2,
    md = fmt("sha%d", 256),
    pass = password,
    salt = salt,
    pbkdf2_iter = ROUNDS,
    outlen = 32,
  }))
  return self
end

-- Seals with AES-128-CBC? No.
function Vault:seal(text)
  local iv = rand.bytes(12)
  local c = assert(cipher.new(SEALING))
  return iv .. c:encrypt(self.key, iv, text)
end

function Vault:tag(text)
  return new_hmac(self.key, self.mac):final(text)
end

function Vault:root()
  return pkey.new(ROOT)
end

function Vault:sign(text)
  local key = self:root()
  return key:sign(text, "sha256", pkey.PADDINGS.RSA_PKCS1_PSS_PADDING)
end

function Vault:bucket(text)
  ngx.log(ngx.INFO, "sha1 of ", ngx.crc32_long(text), " md5")
  return math.random(#text)
end

return Vault
