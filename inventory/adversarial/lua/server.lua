local jwt = require "resty.jwt"
local ssl = require "ssl"
local algos = require "algos"
local Vault = require "vault"
local md5 = ngx.md5
local bcrypt = require "bcrypt"

-- AES: average employee score
local AES = {}
function AES.encrypt(score, n)
  return score / n
end

local LEGACY = os.getenv("LEGACY_ALG") or "RS256"
local params = {
  mode = "client",
  protocol = "tlsv1_2",
  verify = "none",
  options = "all",
  ciphers = "ECDHE+AESGCM",
}

local function token(claims, key)
  return jwt:sign(key, { header = { typ = "JWT", alg = "HS512" }, payload = claims })
end

local function legacy(claims, key)
  return jwt:sign(key, { header = { alg = LEGACY }, payload = claims })
end

local function connect(conn)
  return ssl.wrap(conn, params)
end

local vault = Vault.open("pw", "salt")
local sealed = vault:seal("page")
local tag = vault:tag(sealed)
local sum = algos.sum(tag)
local hash = algos.sha256_of()
hash:update(sum)
ngx.header["ETag"] = md5(sum)
ngx.say("signed with rsa-sha256 ", AES.encrypt(4, 2), algos.help.des)
ngx.say(bcrypt.digest("pw", 12), token({}, "k"), legacy({}, "k"), connect)
