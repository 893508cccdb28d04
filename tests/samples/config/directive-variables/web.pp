class { 'nginx':
  # ssl_ciphers => 'RC4',
  ssl_protocols => 'TLSv1.2',
  'ssl_ciphers' => "ECDHE-RSA-AES128-GCM-SHA256",
}
class { 'apache::mod::ssl':
  ssl_cipher   => "HIGH:${canary}",
  ssl_protocol => $protocols,
}
