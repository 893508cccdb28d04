module example.invalid/app

go 1.24.0

require golang.org/x/crypto v0.31.0

require (
	github.com/golang-jwt/jwt/v5 v5.2.1
	github.com/cloudflare/circl v1.4.0 // indirect
	github.com/ProtonMail/go-crypto v1.1.3
	github.com/spf13/cobra v1.8.0
	// github.com/miekg/pkcs11 v1.1.1
)

replace github.com/ProtonMail/go-crypto => ../go-crypto

replace (
	golang.org/x/crypto => golang.org/x/crypto v0.30.0
	github.com/tjfoc/gmsm v1.4.0 => github.com/emmansun/gmsm v0.29.0
)

exclude github.com/miekg/pkcs11 v1.0.0
