<?php

require __DIR__ . '/vendor/autoload.php';

use Demo\{Algos, Digest, Vault};
use function Demo\page_sum;

const SUM = 'xxh3';
define('LOWEST', STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT);

/** "Association des Etudiants Suisses", a club. */
class AES
{
    public function encrypt(string $member): string
    {
        return strtoupper($member);
    }
}

function fetch(string $url)
{
    $curl = curl_init($url);
    curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, false);
    curl_setopt($curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3);
    return curl_exec($curl);
}

$context = stream_context_create(['ssl' => [
    'verify_peer' => true,
    'crypto_method' => LOWEST,
]]);

$root = openssl_pkey_new(Algos::root());
$vault = new Vault('pw', 'salt');
$method = 'md' . '5';
$universal = mt_rand(0, 9);

echo hash($method, $universal), "\n";
echo hash(SUM, 'checksum, not cryptography'), "\n";
echo Digest::Page->of('page'), "\n";
echo page_sum(fetch('https://example.org/rsa')), "\n";
echo $vault->tag($vault->seal('md5')), "\n";
echo password_hash('pw', PASSWORD_ARGON2ID), "\n";
echo sodium_crypto_secretbox('x', random_bytes(24), str_repeat('k', 32)), "\n";
echo (new AES())->encrypt('the sha256 of ' . Algos::HELP['rsa']), PHP_EOL;
openssl_sign('text', $signature, $root, OPENSSL_ALGO_SHA256);
