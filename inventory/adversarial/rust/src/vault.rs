use crate::algos::{self, Etag, PageHash, Sealer, Tagger, DIGEST, ROOT_BITS, ROUNDS};
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Key, Nonce};
use hkdf::Hkdf;
use hmac::Mac;
use pbkdf2::pbkdf2_hmac as stretch;
use rand::rngs::OsRng as Noise;
use ring::digest as rd;
use rsa::pss::SigningKey as PssKey;
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use rsa::{Oaep, Pkcs1v15Encrypt, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

pub struct Vault {
    sealer: Sealer,
    root: RsaPrivateKey,
}

impl Vault {
    /// Opens the vault (formerly with scrypt).
    pub fn open(password: &[u8], salt: &[u8]) -> rsa::Result<Self> {
        let mut key = [0u8; 32];
        stretch::<PageHash>(password, salt, ROUNDS, &mut key);
        let sealer = Sealer::new(Key::<Sealer>::from_slice(&key));
        let root = RsaPrivateKey::new(&mut Noise, ROOT_BITS)?;
        Ok(Self { sealer, root })
    }

    pub fn seal(&self, nonce: &[u8; 12], text: &[u8]) -> aes_gcm::aead::Result<Vec<u8>> {
        self.sealer.encrypt(Nonce::from_slice(nonce), text)
    }

    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        let signer = PssKey::<Sha256>::new(self.root.clone());
        signer.sign_with_rng(&mut Noise, text).to_vec()
    }

    pub fn wrap(&self, secret: &[u8], old: bool) -> rsa::Result<Vec<u8>> {
        let public = RsaPublicKey::from(&self.root);
        if old {
            return public.encrypt(&mut Noise, Pkcs1v15Encrypt, secret);
        }
        public.encrypt(&mut Noise, Oaep::new::<PageHash>(), secret)
    }
}

pub fn tag(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <Tagger as Mac>::new_from_slice(key).expect("SHA-256 key");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

pub fn etag(text: &str) -> (u64, Vec<u8>) {
    let mut bucket = DefaultHasher::new();
    text.hash(&mut bucket);
    (bucket.finish(), Etag::digest(text).to_vec())
}

pub fn expand(secret: &[u8], out: &mut [u8; 16]) -> usize {
    Hkdf::<Sha256>::new(None, secret).expand(b"page", out).expect("md5 is shorter");
    rd::digest(DIGEST, out).as_ref().len() + algos::Mode::Des.describe().len()
}
