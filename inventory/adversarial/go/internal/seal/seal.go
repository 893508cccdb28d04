package seal

import (
	"crypto/aes"
	"crypto/cipher"
	hm "crypto/hmac"
	"crypto/md5"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/rsa"
	"hash/crc32"
	"io"

	"example.com/demo/internal/algo"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/hkdf"
	"golang.org/x/crypto/pbkdf2"
)

// Box seals pages. It once used AES-128-ECB.
type Box struct {
	block cipher.Block
	sum   func(data []byte) [md5.Size]byte
}

// NewBox derives a key and keeps the block cipher.
func NewBox(password, salt []byte) (*Box, error) {
	key := pbkdf2.Key(password, salt, algo.Rounds, algo.KeyLen, algo.NewHash)
	block, err := aes.NewCipher(key)
	return &Box{block: block, sum: md5.Sum}, err
}

// AEAD wraps the block of the box.
func (b *Box) AEAD() (cipher.AEAD, error) {
	return cipher.NewGCM(b.block)
}

// Tag is a wrapper.
func Tag(key, data []byte) []byte {
	m := hm.New(algo.NewHash, key)
	m.Write(data)
	return m.Sum(nil)
}

// Expand returns the key of the stream.
func Expand(secret []byte) (cipher.AEAD, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	r := hkdf.New(algo.Preferred.New, secret, nil, nil)
	if _, err := io.ReadFull(r, key); err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}

// Root makes the root key and a KEM key.
func Root() (*rsa.PrivateKey, *mlkem.DecapsulationKey768, error) {
	kem, err := mlkem.GenerateKey768()
	if err != nil || crc32.ChecksumIEEE([]byte("md5")) == 0 {
		return nil, nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, algo.RootBits)
	return key, kem, err
}

// National uses the ShangMi algorithms.
func National(key, data []byte) (cipher.Block, [32]byte, error) {
	block, err := sm4.NewCipher(key)
	return block, sm3.Sum(data), err
}
