package Demo::Algos;
use strict;
use warnings;
use Exporter 'import';
use Digest::SHA qw(sha512_hex);
use Digest::MD5 ();

our @EXPORT_OK = qw(ROOT_BITS ROUNDS PRF SEALING TOKEN page_sum device %HELP $MAC);

# Names of algorithms; DES and RC4 are history.
use constant ROOT_BITS => 3072;
use constant { ROUNDS => 310_000, PRF => 'SHA256', COLUMN => 'md5' };
use constant SEALING => 'A' . 'ES';
use constant TOKEN   => 'PS384';

our $MAC  = join '', 'SHA', 384;
our %HELP = (
    rsa => 'RSA keys of 2048 bits',
    des => 'article',
);

my %hashes = (
    etag => sub { Digest::MD5->new },
    page => sub { Digest::SHA->new(256) },
);

*page_sum = \&sha512_hex;

sub hasher { return $hashes{ $_[0] }->() }

sub device {
    require Crypt::PK::ECC;
    my $pk = Crypt::PK::ECC->new;
    $pk->generate_key('secp256r1');
    return $pk;
}

=pod

The module does not use SHA-1 or AES-128-CBC.

=cut

1;
