package main

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	mrand "math/rand"

	"example.com/demo/internal/algo"
	"example.com/demo/internal/seal"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/bcrypt"
)

const lowest = tls.VersionTLS12

type universal struct{ rsaTeam, readHeader string }

var digest = sha256.Sum256

func config(insecure bool) *tls.Config {
	cfg := &tls.Config{
		MinVersion: lowest,
		CurvePreferences: []tls.CurveID{
			tls.X25519MLKEM768,
			tls.CurveP256,
		},
	}
	if insecure {
		cfg.InsecureSkipVerify = true
	}
	return cfg
}

func sign(data []byte) ([]byte, error) {
	key, err := ecdsa.GenerateKey(algo.Curve(1), rand.Reader)
	if err != nil {
		return nil, err
	}
	sum := digest(data)
	return ecdsa.SignASN1(rand.Reader, key, sum[:])
}

func parse(text string, key any) (*jwt.Token, error) {
	return jwt.Parse(text, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{algo.TokenAlg, "HS512"}))
}

func main() {
	fmt.Println("signing with RSA-4096 and SHA-1", algo.Help["rsa"], mrand.Intn(6))
	tag := seal.Tag([]byte("k"), []byte("d"))
	hashed, err := bcrypt.GenerateFromPassword(tag, bcrypt.DefaultCost)
	h := algo.Hashes["sha512"]()
	fmt.Println(h.Size(), len(hashed), err, config(false), universal{})
	_, _ = sign(hashed)
	_, _ = parse("", nil)
}
