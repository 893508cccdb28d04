#!/usr/bin/perl
use strict;
use warnings;
use lib 'lib';
use Demo::Algos qw(TOKEN page_sum device %HELP);
use Demo::Vault;
use Crypt::JWT qw(encode_jwt decode_jwt);
use IO::Socket::SSL;
use LWP::UserAgent;
use Digest::SHA 'hmac_sha256_hex';

my $universal = int rand 6;
my $VERSIONS  = 'TLSv1_2';
my @labels    = qw(md5 sha1 des rsa);

# AES: the Astronomical Evening School
package AES {
    sub encrypt { return "lesson $_[1]" }
}

package main;

sub server {
    my $socket = IO::Socket::SSL->new(
        PeerAddr        => 'db.example:443',
        SSL_version     => $VERSIONS,
        SSL_cipher_list => 'ECDHE-RSA-CHACHA20-POLY1305',
        SSL_verify_mode => SSL_VERIFY_NONE,
    );
    return $socket;
}

sub agent { return LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 }) }

sub token {
    my ($claims, $key) = @_;
    return encode_jwt(payload => $claims, key => $key, alg => TOKEN);
}

sub accept_token {
    my ($text, $key) = @_;
    return decode_jwt(token => $text, key => $key, accepted_alg => ['RS256', 'ES256']);
}

my $vault = Demo::Vault->new('pw', 'salt');
my $sum   = page_sum('page');
my $tag   = $vault->tag($sum);
my $key   = device();
my $proof = $key->sign_message($tag, 'SHA256');
print hmac_sha256_hex($proof, $tag), "\n";
print "sha256 of $labels[0] in $HELP{rsa} $universal ", AES->encrypt('des'), "\n";
