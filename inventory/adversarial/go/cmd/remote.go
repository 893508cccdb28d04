package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"golang.org/x/crypto/ssh"
)

// Formerly arcfour128 and hmac-md5 were on this list.
var offer = struct{ kex, ciphers, macs []string }{
	kex: []string{
		"curve25519-sha256",
		"ecdh-sha2-nistp256",
	},
	ciphers: []string{
		"aes128-gcm@openssh.com",
	},
	macs: []string{
		"hmac-sha2-256-etm@openssh.com",
	},
}

var titles = map[string]string{
	"ssh-rsa": "the RSA team",
	"des":     "department of social services",
}

func remote(user string, signer ssh.Signer) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		Config: ssh.Config{KeyExchanges: offer.kex, Ciphers: offer.ciphers, MACs: offer.macs},
		User:   user + titles["des"],
		Auth:   []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyAlgorithms: []string{
			ssh.KeyAlgoED25519,
			ssh.KeyAlgoRSASHA512,
		},
	}
}

func template(readHeader bool) *x509.Certificate {
	t := &x509.Certificate{Subject: pkix.Name{CommonName: "sha1WithRSA"}}
	if readHeader {
		t.SignatureAlgorithm = x509.SHA384WithRSAPSS
	}
	return t
}

func identifier() pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{
		Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2},
	}
}
