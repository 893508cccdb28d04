"""Ruby and PHP: constants, names of algorithms and parameterless methods of other files, where they are used."""

from __future__ import annotations

from pathlib import Path

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

POLICY_RB = """
require 'openssl'
module Policy
  BITS = 3072
  FAMILY = 'aes-256'
  SEALING = "#{FAMILY}-gcm"
  MAC = 'SHA384'
  PageHash = Digest::SHA512
  def self.kdf_digest
    OpenSSL::Digest.new('sha256')
  end
end
"""
POLICY_PHP = """<?php
namespace Bank;
final class Policy {
    public const FAMILY = 'aes-256';
    public const SEALING = self::FAMILY . '-gcm';
    public static function root(): array {
        return ['private_key_type' => OPENSSL_KEYTYPE_RSA, 'private_key_bits' => 3072];
    }
}
"""


def found(root: Path, name: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found in one file of a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    return {(f.location.line, algorithms.name(f.asset)) for f in result.findings if f.location.path == name}


def test_ruby_constants_of_required_files_and_included_modules(tmp_path: Path) -> None:
    """Qualified through ``require_relative``, or without the module that a class includes."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/names.rb").write_text(POLICY_RB)
    (tmp_path / "use.rb").write_text("""
require_relative 'shared/names'
class Vault
  include Policy
  def root
    OpenSSL::PKey::RSA.new(BITS)
  end
  def seal(text)
    OpenSSL::Cipher.new(SEALING).encrypt
  end
  def tag(key, text)
    OpenSSL::HMAC.hexdigest(Policy::MAC, key, text)
  end
  def stretch(pw, salt)
    OpenSSL::KDF.pbkdf2_hmac(pw, salt: salt, iterations: 9, length: 32, hash: Policy.kdf_digest)
  end
end
""")
    here = found(tmp_path, "use.rb")
    assert {(6, "RSA-3072"), (9, "AES-256-GCM"), (12, "HMAC-SHA-384"), (15, "PBKDF2-HMAC-SHA-256")} <= here
    assert {name for line, name in here if line not in (15,)} == {"RSA-3072", "AES-256-GCM", "HMAC-SHA-384"}


def test_a_ruby_file_that_is_not_required_says_nothing(tmp_path: Path) -> None:
    """Its module has the right name, but nothing leads there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/names.rb").write_text(POLICY_RB)
    (tmp_path / "use.rb").write_text("require 'openssl'\nOpenSSL::PKey::RSA.new(Policy::BITS)\n")
    assert found(tmp_path, "use.rb") == {(2, "RSA")}


def test_php_arrays_that_a_method_of_another_class_returns(tmp_path: Path) -> None:
    """Options that ``Policy::root()`` returns are those of the call that they are passed to."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/Policy.php").write_text(POLICY_PHP)
    (tmp_path / "src/use.php").write_text("""<?php
namespace Bank;
$root = openssl_pkey_new(Policy::root());
openssl_encrypt($text, Policy::SEALING, $key, 0, $iv, $tag);
""")
    assert found(tmp_path, "src/use.php") == {(3, "RSA-3072"), (4, "AES-256-GCM")}
