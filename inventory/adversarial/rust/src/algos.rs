//! Aliases and names. MD5 and SHA-1 are described in HISTORY.md only.
use aes_gcm::Aes256Gcm;
use hmac::Hmac;
pub use sha2::Sha384 as PageHash;
use sha3::Sha3_256;

pub type Tagger = Hmac<PageHash>;
pub type Sealer = Aes256Gcm;
pub type Etag = Sha3_256;

pub const ROOT_BITS: usize = 3072;
pub const ROUNDS: u32 = 600_000;
pub const TOKEN: jsonwebtoken::Algorithm = jsonwebtoken::Algorithm::ES256;
pub const MD5_COLUMN: &str = "md5";
pub static DIGEST: &ring::digest::Algorithm = &ring::digest::SHA512;

#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Aes,
    Des,
}

impl Mode {
    pub fn describe(self) -> &'static str {
        match self {
            Mode::Aes => "AES-128-CBC, was never used",
            Mode::Des => "article",
        }
    }
}

pub fn sealing(fast: bool) -> &'static ring::aead::Algorithm {
    if fast {
        &ring::aead::CHACHA20_POLY1305
    } else {
        &ring::aead::AES_128_GCM
    }
}
