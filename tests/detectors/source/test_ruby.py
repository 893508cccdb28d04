"""Ruby: constants, values, blocks and objects followed through one file, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import ruby
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan


def results(code: str, name: str = "a.rb") -> list[Finding | Diagnostic]:
    return [
        one
        for one in ruby.DETECTOR.detect(SourceFile(name, code.encode(), "ruby"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str, name: str = "a.rb") -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code, name) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        "OpenSSL::Digest.new('md5')",
        "::OpenSSL::Digest.new 'MD5'",
        "include OpenSSL; Digest.new(:md5)",
        "Hasher = OpenSSL::Digest; Hasher.new('md5')",
        "klass = OpenSSL::Digest; klass.new('md5')",
        "OpenSSL.const_get(:Digest).new('md5')",
        "OpenSSL::Digest.new(%w[md5].first)",
        "OpenSSL::Digest.new('M' 'D5')",
    ],
)
def test_a_class_by_every_way_to_name_it(code: str) -> None:
    """Absolute names, included modules, aliases and const_get lead to the same class."""
    assert found(code) == {(1, "MD5")}


def test_a_module_of_the_same_name_in_the_file_is_no_use() -> None:
    """A class defined here is not the library's; the library's own, opened again, is."""
    assert (
        found("module Digest; class MD5; def self.hexdigest(x); end; end; end; Mine::Digest::MD5.hexdigest(1)")
        == set()
    )
    assert found("module App\n module JWT\n def self.encode(*a); end\n end\n JWT.encode(a, b)\nend") == set()
    assert found("module OpenSSL; end\nOpenSSL::Digest.new('md5')") == {(2, "MD5")}


@pytest.mark.parametrize(
    ("members", "argument"),
    [
        ("NAME = 'sha512'", "NAME"),
        ("NAME = 'sha512'.freeze", "self.class::NAME"),
        ('BITS = 512\nNAME = "sha#{BITS}"', "NAME"),
        ("TABLE = { strong: 'sha512', weak: 'md5' }.freeze", "TABLE[:strong]"),
        ("TABLE = { 'strong' => 'sha512' }", "TABLE.fetch('strong')"),
        ("LIST = %w[sha512 md5].freeze", "LIST[0]"),
        ("def initialize; @name = 'sha512'; end", "@name"),
        ("attr_reader :name\ndef initialize; @name = 'sha512'; end", "name"),
        ("def name; 'sha512'; end", "name"),
        ("def name = :sha512", "self.name"),
        ("def self.name; 'sha512'; end", "A.name"),
        ("def name; @name ||= 'sha512'; end", "name.upcase"),
        ("@@name = 'sha512'", "@@name"),
        ("def name; if true then 'sha512' end; end", "name.to_s"),
    ],
)
def test_values_of_a_class(members: str, argument: str) -> None:
    """Constants, variables, attributes and methods of the class say what a value is."""
    flat = members.replace("\n", "; ")
    assert found(f"class A; {flat}; def run; OpenSSL::Digest.new({argument}); end; end") == {(1, "SHA-512")}


def test_a_superclass_of_the_file_lends_its_constants() -> None:
    """Constants and methods of a superclass are found through the subclass."""
    code = "class B; NAME = 'sha1'; def alg; 'md5'; end; end\nclass A < B\n"
    code += "def f; OpenSSL::Digest.new(NAME); end\ndef g; OpenSSL::Digest.new(alg); end\nend"
    assert found(code) == {(3, "SHA-1"), (4, "MD5")}


def test_both_sides_of_a_choice_are_reported() -> None:
    """Conditions, case branches and modifiers give every value that may hold."""
    both = {(1, "MD5"), (1, "SHA-256")}
    assert found("OpenSSL::Digest.new(old ? 'md5' : 'sha256')") == both
    assert found("a = if old then 'md5' else 'sha256' end; OpenSSL::Digest.new(a)") == both
    assert found("a = case v when 1 then 'md5' else 'sha256' end; OpenSSL::Digest.new(a)") == both
    assert found("a = 'md5'; a = 'sha256' if recent; OpenSSL::Digest.new(a)") == both
    assert found("%w[md5 sha256].each { |a| OpenSSL::Digest.new(a) }") == both
    assert found("for a in ['md5', 'sha256'] do OpenSSL::Digest.new(a) end") == both


def test_what_a_later_assignment_replaces_is_not_reported() -> None:
    """On one path only the last value holds, inside a block too."""
    assert found("a = 'md5'; a = 'sha256'; OpenSSL::Digest.new(a)") == {(1, "SHA-256")}
    assert found("a = 'md5'; a = 'sha256'; 2.times { OpenSSL::Digest.new(a) }") == {(1, "SHA-256")}


def test_a_variable_of_another_method_says_nothing() -> None:
    """A method sees only its own local variables; a block sees those around it."""
    assert found("a = 'md5'\ndef f; OpenSSL::Digest.new(a); end") == set()


def test_a_parameter_is_what_the_callers_pass() -> None:
    """Wrappers report what is handed to them: by position, by keyword, by default, to a constructor."""
    wrapper = "def digest(data, name = 'sha1')\nOpenSSL::Digest.new(name)\nend\n"
    assert (2, "SHA-1") in found(wrapper)
    assert (2, "SHA-384") in found(wrapper + "digest(d, 'sha384')")
    keyword = "def digest(data, name:)\nOpenSSL::Digest.new(name)\nend\ndigest d, name: 'sha512'"
    assert (2, "SHA-512") in found(keyword)
    maker = "class A\ndef initialize(name); @name = name; end\ndef f; OpenSSL::Cipher.new(@name); end\nend\n"
    assert found(maker + "A.new('aes-192-ctr')") == {(3, "AES-192-CTR")}


def test_a_given_value_before_a_default_lowers_the_confidence() -> None:
    """``given || "SHA1"`` is SHA-1 unless somebody passes another: found, and less sure."""
    sure, unsure = (
        next(r.confidence for r in results(code) if isinstance(r, Finding))
        for code in ("OpenSSL::Digest.new('SHA1')", "OpenSSL::Digest.new(options[:digest] || 'SHA1')")
    )
    assert unsure < sure


def test_keywords_hashes_and_splats_are_one_set_of_options() -> None:
    """Options in braces, as keywords or splatted from a constant are read alike."""
    expected = {(1, "RSA-PKCS1-1.5-SHA-256")}
    assert found("JWT.decode(t, k, true, { algorithm: 'RS256' })") == expected
    assert found("JWT.decode t, k, true, algorithm: :RS256") == expected
    assert found("O = { algorithm: 'RS256' }; JWT.decode(t, k, true, **O)") == expected
    assert found("o = { 'algorithm' => 'RS256' }.merge(verify: 1); JWT.decode(t, k, true, o)") == expected


def test_objects_through_blocks_fields_and_factories() -> None:
    """A method sees the object that a factory, a field or a block hands it."""
    code = "class A\ndef key; @key ||= OpenSSL::PKey::RSA.new(3072); end\n"
    code += "def f(d); key.sign(OpenSSL::Digest.new('SHA512'), d); end\nend"
    assert (3, "RSA-PKCS1-1.5-SHA-512-3072") in found(code)
    tapped = "OpenSSL::SSL::SSLContext.new.tap do |c|\nc.min_version = :TLS1_3\nend"
    assert (2, "TLSv1.3") in found(tapped)
    assert found("class K < OpenSSL::Cipher\ndef initialize; super('aes-128-cbc'); end\nend") == {
        (2, "AES-128-CBC")
    }


def test_a_size_not_read_stays_unknown() -> None:
    """A number out of sight gives the family alone, and an algorithm out of sight gives the gap."""
    assert found("OpenSSL::PKey::RSA.new(bits)") == {(1, "RSA")}
    assert found("JWT.encode(*arguments)") == set()
    unread = results("OpenSSL::Cipher.new(name)")
    assert [type(result) for result in unread] == [Diagnostic]


def test_text_whose_end_is_not_known() -> None:
    """The beginning of a string can say enough; a name cut short says what is read of it."""
    assert found("password.crypt('$6$' + salt)") == {(1, "SHA-crypt-512")}
    assert found('OpenSSL::Cipher.new("aes-#{bits}-cbc")') == {(1, "AES-CBC")}


@pytest.mark.parametrize(
    "code",
    [
        "# Digest::MD5.new",
        "puts 'Digest::MD5.hexdigest(x)', \"OpenSSL::Digest.new('md5')\"",
        "=begin\nDigest::MD5.new\n=end",
        "key.is_a?(OpenSSL::PKey::RSA)\ncase key when OpenSSL::PKey::EC then 1 end",
        "begin; rescue OpenSSL::Cipher::CipherError, Digest::MD5 => e; end",
        "defined?(Digest::MD5)\nd == Digest::MD5",
        "class MyKey < OpenSSL::PKey::RSA; end",
        "require 'digest/md5'; include Digest",
        "md5 = sha1; @digest.hexdigest; http.min_version",
        "OpenSSL::Cipher.ciphers; OpenSSL::Digest",
    ],
)
def test_what_only_names_an_algorithm_is_no_use(code: str) -> None:
    """Comments, strings, type checks, exceptions, superclasses and comparisons are never findings."""
    assert found(code) == set()


def test_only_the_code_of_a_template_counts() -> None:
    """Text around the code of an ERB template is not code; lines stay what they are."""
    template = (
        "<p>Digest::MD5.new</p>\n<%# Digest::MD5.new %>\n<% if a -%>\n<%= Digest::MD5.hexdigest(x) %>\n<% end %>"
    )
    assert found(template, "page.html.erb") == {(4, "MD5")}


def test_a_constant_of_another_file_of_the_target(tmp_path: Path) -> None:
    """A constant is read from the file that the autoloader would load, and its size with it."""
    (tmp_path / "lib" / "pay").mkdir(parents=True)
    (tmp_path / "lib" / "pay" / "key_rules.rb").write_text(
        "module Pay\n  class KeyRules\n    CIPHER = 'aes-256-gcm'.freeze\n  end\nend\n"
    )
    (tmp_path / "lib" / "box.rb").write_text("OpenSSL::Cipher.new(Pay::KeyRules::CIPHER)\n")
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in report.findings}
    assert ("lib/box.rb", 1, "AES-256-GCM") in named


def test_a_method_is_called_by_its_bare_name() -> None:
    """A word without arguments calls a method unless it is a local variable; one of a library's object does not."""
    code = """class A
  def digest
    @digest ||= Base64.urlsafe_encode64(Digest::SHA256.digest(text))
  end
  def to_h
    { digest: digest }
  end
  def other(digest)
    { digest: digest }
  end
  def third
    OpenSSL::HMAC.new(key, "SHA384").digest
  end
end
"""
    assert found(code) == {(3, "SHA-256"), (6, "SHA-256"), (12, "HMAC-SHA-384")}


def test_a_wrapper_of_a_wrapper_gets_what_it_is_given(tmp_path: Path) -> None:
    """A module is named by its last name inside the modules around it, and what is passed goes all the way."""
    (tmp_path / "boxes.rb").write_text("""require "openssl"
module App
  module Boxes
    class << self
      def old(key)
        opened(:ECB, key)
      end
      def opened(mode, key = nil)
        cipher(mode, key)
      end
      def cipher(mode, key)
        box = OpenSSL::Cipher.new("aes-256-#{mode.downcase}")
        box.key = key
        box
      end
    end
  end
end
""")
    (tmp_path / "use.rb").write_text("""module App
  class Vault
    def put
      Boxes.opened(:CBC, @key)
    end
  end
end
""")
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.line, algorithms.name(f.asset)) for f in report.findings if f.location.path == "use.rb"}
    assert named == {(4, "AES-256-CBC")}


def test_one_of_several_modules_is_not_taken_for_all(tmp_path: Path) -> None:
    """Where a call may reach several functions and not all are known, it says nothing."""
    (tmp_path / "one.rb").write_text("""module One
  def self.sign_text(key, text)
    OpenSSL::HMAC.digest("SHA256", key, text)
  end
end
""")
    (tmp_path / "two.rb").write_text("module Two\n  def self.sign_text(key, text)\n    key.put(text)\n  end\nend\n")
    use = "def sure(key)\n  One.sign_text(key, 1)\nend\ndef open(key)\n  [One, Two].max.sign_text(key, 1)\nend\n"
    (tmp_path / "use.rb").write_text(use)
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.line, algorithms.name(f.asset)) for f in report.findings if f.location.path == "use.rb"}
    assert named == {(2, "HMAC-SHA-256")}


@given(st.text(alphabet="%w[]{}()|&.:@\"'#=<>\\ \ndefendclassOpenSSLDigestnew", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Broken syntax ends in findings or in nothing."""
    results(text)
    results(text, "a.erb")
