mod algos;
mod vault;

use argon2::{password_hash::SaltString, Argon2, PasswordHasher};
use jsonwebtoken as jwt;
use jwt::{Algorithm::*, EncodingKey, Header, Validation};
use ml_kem::{KemCore, MlKem768};
use p256::ecdsa::{signature::Signer, Signature, SigningKey};
use rand::rngs::OsRng;
use rustls::version::TLS13;

type Kem = MlKem768;

/// Angular error of the sensor: nothing is encrypted here.
struct Aes(f64);

impl Aes {
    fn encrypt(&self) -> f64 {
        self.0.to_radians()
    }
}

fn client(insecure: bool) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .min_tls_version(reqwest::tls::Version::TLS_1_2)
        .danger_accept_invalid_certs(insecure || cfg!(debug_assertions))
        .build()
}

fn server() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_protocol_versions(&[&TLS13])
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

fn main() {
    let rsa_team = fastrand::u8(0..6);
    println!("team {rsa_team} signs with RSA-4096, {}", algos::MD5_COLUMN);
    let vault = vault::Vault::open(b"pw", b"salt").unwrap();
    let sig = vault.sign(b"page");
    let mac = vault::tag(&sig, b"page");
    let wrapped = vault.wrap(&mac, false);
    let header = Header::new(algos::TOKEN);
    let rules = Validation::new(PS512);
    let key = EncodingKey::from_secret(b"secret");
    let device = SigningKey::random(&mut OsRng);
    let proof: Signature = device.sign(b"hello");
    let (_dk, _ek) = Kem::generate(&mut OsRng);
    let salt = SaltString::generate(&mut OsRng);
    let stored = Argon2::default().hash_password(b"pw", &salt).unwrap().to_string();
    let universal = Aes(1.5).encrypt();
    println!("sha256 {stored} {universal} {proof:?} {wrapped:?} {}", algos::Mode::Aes.describe());
    let _ = (client(false), server(), header, rules, key, algos::sealing(true));
}
