<?php

namespace Demo;

use Demo\Algos as A;
use Firebase\JWT\JWT as Token;
use Firebase\JWT\Key;
use phpseclib3\Crypt\RSA as Rsa;

use function hash_hmac as tag_of;

class Vault
{
    private string $key;
    private $root;
    private string $mode = A::SEALING;
    public array $rsaTeam = ['ada'];

    public function __construct(string $password, string $salt)
    {
        $this->key = hash_pbkdf2(A::MAC, $password, $salt, A::ROUNDS, 32, true);
        $this->root = Rsa::createKey(4096);
    }

    // Seals with AES-128-CBC? No longer.
    public function seal(string $text): string
    {
        $iv = random_bytes(12);
        return $iv . openssl_encrypt($text, $this->mode, $this->key, OPENSSL_RAW_DATA, $iv, $tag);
    }

    public function sign(string $text): string
    {
        $signer = $this->root->withPadding(Rsa::SIGNATURE_PSS)
            ->withHash('sha512')
            ->withMGFHash('sha512');
        return $signer->sign($text);
    }

    public function tag(string $text): string
    {
        error_log('sha256 of ' . crc32($text));
        return tag_of(A::MAC, $text, $this->key);
    }

    public function okm(bool $long): string
    {
        return hash_hkdf($long ? 'sha512' : 'sha256', $this->key, 32);
    }

    public function token(array $claims, string $pem): string
    {
        return Token::encode($claims, $pem, A::TOKEN);
    }

    public function accept(string $text, string $pem): object
    {
        return Token::decode($text, new Key($pem, 'RS384'));
    }
}
