package = "luasec"
version = "1.0-1"
dependencies = {
   "lua >= 5.1",
   "luaossl >= 20160000",
   -- "lua-resty-jwt",
   "lua-resty-openssl == 1.5.1-1",
}
