-- Names of algorithms. md5 and des-ede3 are not offered.
local digest = require("resty.openssl.digest")
local pkey = require "resty.openssl.pkey"

local _M = { _VERSION = "1.0" }

_M.family = "aes-256"
_M.SEALING = _M.family .. "-gcm"
_M.MAC = "sha384"
_M.ROOT = { type = "RSA", bits = 3072 }
_M.COLUMN = "md5"

_M.hashes = {
  page = function() return digest.new("sha512") end,
  etag = function() return digest.new("sha1") end,
}

_M.help = {
  rsa = "RSA keys of 2048 bits",
  des = "article",
}

function _M.sum(data, name)
  local d = assert(digest.new(name or "sha3-256"))
  return d:final(data)
end

--- Makes a device key (not RSA-4096).
function _M.device()
  return pkey.new({ type = "EC", curve = "prime256v1" })
end

_M.sha256_of = require("resty.sha256").new

return _M
