<?php

declare(strict_types=1);

namespace Demo;

/** Names of algorithms; md5 and des-ede3 are history. */
final class Algos
{
    public const FAMILY = 'aes-256';
    public const SEALING = self::FAMILY . '-gcm';
    public const MAC = 'sha384';
    public const ROUNDS = 600000;
    public const TOKEN = 'ES256';
    public const COLUMN = 'md5';

    public const HELP = [
        'rsa' => 'RSA keys of 2048 bits',
        'des' => 'article',
    ];

    public static function root(): array
    {
        return [
            'private_key_type' => OPENSSL_KEYTYPE_RSA,
            'private_key_bits' => 3072,
        ];
    }
}

enum Digest: string
{
    case Page = 'sha3-512';
    case Etag = 'sha1';

    public function of(string $data): string
    {
        return hash($this->value, $data);
    }
}

function page_sum(string $data, string $algo = 'sha256'): string
{
    return hash($algo, $data);
}
