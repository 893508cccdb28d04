package Demo::Vault;
use strict;
use warnings;
use Demo::Algos qw(ROOT_BITS ROUNDS PRF SEALING $MAC);
use Crypt::AuthEnc::GCM qw(gcm_encrypt_authenticate);
use Crypt::KeyDerivation qw(pbkdf2 hkdf);
use Crypt::Mac::HMAC 'hmac_hex';
use Crypt::PK::RSA;
use Crypt::PRNG qw(random_bytes);
use Crypt::Digest;

sub new {
    my ($class, $password, $salt) = @_;
    my $self = bless { rsa_team => ['ada'], oaep => 'SHA1' }, $class;
    $self->{key} = pbkdf2($password, $salt, ROUNDS, PRF, 32);
    return $self;
}

# Seals with AES-256-GCM.
sub seal {
    my ($self, $text) = @_;
    my $iv = random_bytes(12);
    my ($ct, $tag) = gcm_encrypt_authenticate(SEALING, $self->{key}, $iv, '', $text);
    return $iv . $ct . $tag;
}

sub root {
    my $self = shift;
    my $pk   = Crypt::PK::RSA->new;
    $pk->generate_key(ROOT_BITS / 8, 65537);
    return $self->{root} = $pk;
}

sub sign {
    my ($self, $text, $old) = @_;
    return $self->{root}->sign_message($text, $old ? 'SHA1' : 'SHA512', 'pss');
}

sub wrap {
    my ($self, $secret) = @_;
    return $self->{root}->encrypt($secret, 'oaep', $self->{oaep});
}

sub tag {
    my ($self, $text) = @_;
    warn "md5 tags are refused\n";
    return hmac_hex($MAC, $self->{key}, $text);
}

sub expand { return hkdf($_[1], '', $MAC, 32, 'page') }

sub print_of {
    my ($self, $text, $name) = @_;
    $name //= 'SHA3_256';
    return Crypt::Digest->new($name)->add($text)->hexdigest;
}

1;
