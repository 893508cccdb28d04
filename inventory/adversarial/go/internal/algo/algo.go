// Package algo holds names. DES and RC4 are history.
package algo

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	. "crypto/sha512"
	"hash"
)

const (
	KeyLen   = 32
	Rounds   = 250_000
	RootBits = 3 * 1024
	TokenAlg = "PS256"
	MD5Col   = "md5"
)

// Preferred is what new signatures use.
var Preferred = crypto.SHA384

// NewHash is handed to HMAC and HKDF.
var NewHash = sha256.New

// Hashes maps names to constructors.
var Hashes = map[string]func() hash.Hash{
	"sha256": sha256.New,
	"sha512": New,
}

// Help is shown by the command line.
var Help = map[string]string{
	"rsa": "RSA-2048 keys, use ed25519 instead",
	"des": "article",
}

// Curve returns the curve for a level.
func Curve(level int) elliptic.Curve {
	switch level {
	case 1:
		return elliptic.P256()
	default:
		return elliptic.P384()
	}
}
