hash = -SHA1
sign = -*-SHA1
mac = HMAC-SHA2-512+
mac = +UMAC-128
