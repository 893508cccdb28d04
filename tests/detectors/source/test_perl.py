"""Perl: packages, imports, objects and values followed through one file, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import perl
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in perl.DETECTOR.detect(SourceFile("a.pl", code.encode(), "perl"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        "Digest::SHA->new(512)",
        "Digest::SHA::->new('sha512')",
        "new Digest::SHA(512)",
        "new Digest::SHA 512",
        "my $c = 'Digest::SHA'; $c->new(512)",
        "my $n = 'SHA'; \"Digest::$n\"->new(512)",
        "my $n = 'SHA'; my $c = 'Digest::' . $n; $c->new(512)",
        "use constant CLASS => 'Digest::SHA'; CLASS->new(512)",
        "my %c = (strong => 'Digest::SHA'); $c{strong}->new(512)",
        "use Digest::SHA 'sha512_hex'; sha512_hex($x)",
        "use Digest::SHA qw(:all); sha512_hex $x",
        "use Digest::SHA; sha512_hex($x)",
        "use Digest::SHA qw/sha512_hex/; &sha512_hex($x)",
        "Digest::SHA::sha512_hex($x)",
        "&Digest::SHA::sha512_hex($x)",
        "use Digest::SHA 'sha512'; my %d = (a => \\&sha512);",
        "package My; use parent 'Digest::SHA'; package main; My->new(512)",
        "package My; our @ISA = ('Digest::SHA'); sub new { my $c = shift; return $c->SUPER::new(512) }",
    ],
)
def test_a_class_or_function_by_every_way_to_name_it(code: str) -> None:
    """Class methods, indirect objects, names in strings, imports and references lead to the same."""
    assert found(code) == {(1, "SHA-512")}


@pytest.mark.parametrize(
    ("before", "argument"),
    [
        ("use constant BITS => 384;", "BITS"),
        ("use constant { BITS => 384, OTHER => 1 };", "BITS"),
        ("use constant BITS => 384;", "BITS()"),
        ("use constant BITS => 384;", "main->BITS"),
        ("my $bits = 384;", "$bits"),
        ("my ($a, $bits) = (1, 384);", "$bits"),
        ("our $BITS = 384;", "$main::BITS"),
        ("my %h = (md5 => 1, 'bits' => 384);", "$h{bits}"),
        ("my $h = { bits => 384 };", "$h->{bits}"),
        ("my $h = { a => { bits => 384 } };", "$h->{a}{bits}"),
        ("my $h = {}; $h->{bits} = 384;", "$$h{bits}"),
        ("my %h; $h{bits} = 384;", "$h{'bits'}"),
        ("my @l = (1, 384);", "$l[1]"),
        ("my $l = [1, 384];", "$l->[1]"),
        ("my $n = 'SHA'; my $bits = lc(\"$n-384\");", "$bits"),
        ("my $bits = sprintf('sha-%d', 384);", "$bits"),
        ("my $bits = join('-', 'sha', 384);", "$bits"),
        ("sub bits { 384 }", "bits()"),
        ("sub bits { my $x = shift; return 384 }", "main::bits(1)"),
        ("my $f = sub { 384 };", "$f->()"),
        ("my $bits = do { 384 };", "$bits"),
        ("my $bits = $old ? 384 : 384;", "$bits"),
    ],
)
def test_values(before: str, argument: str) -> None:
    """Constants, variables, hashes, lists, strings and subs say what a value is."""
    assert found(f"{before}\nDigest::SHA->new({argument})") == {(2, "SHA-384")}


def test_objects_have_the_fields_of_their_package() -> None:
    """``$self`` sees what the constructor puts into the object, by itself or from its caller."""
    code = "package My;\nsub new {\n my ($class, %args) = @_;\n my $self = bless { bits => 224 }, $class;\n"
    code += " $self->{name} = $args{name} || 1;\n return $self;\n}\n"
    code += "sub first { my $self = shift; Digest::SHA->new($self->{bits}) }\n"
    code += "sub second { my ($self) = @_; return Digest::SHA->new($self->{name}) }\n"
    assert found(code) == {(8, "SHA-224"), (9, "SHA-1")}
    assert found(code + "package main;\nMy->new(name => 512);") == {(8, "SHA-224"), (9, "SHA-512"), (9, "SHA-1")}
    moose = "package My;\nuse Moo;\nhas bits => (is => 'ro', default => sub { 256 });\n"
    assert found(moose + "sub run { Digest::SHA->new(shift->bits) }") == {(4, "SHA-256")}


def test_a_key_knows_its_size_in_another_method() -> None:
    """A key in a field signs with the size it was made with."""
    code = "package My;\nsub new { my $self = {}; $self->{key} = Crypt::PK::RSA->new; bless $self }\n"
    code += "sub make { my $self = shift; $self->{key}->generate_key(384) }\n"
    code += "sub sign { my $self = shift; return $self->{key}->sign_message(shift, 'SHA256') }\n"
    assert found(code) == {(3, "RSA-3072"), (4, "RSA-PSS-SHA-256-3072")}


def test_both_sides_of_a_choice_are_reported() -> None:
    """Conditions, branches and loops give every value that may hold."""
    both = {(1, "SHA-1"), (1, "SHA-256")}
    assert found("Digest::SHA->new($old ? 1 : 256)") == both
    assert found("my $a = 1; if ($new) { $a = 256 } Digest::SHA->new($a)") == both
    assert found("my $a = 1; $a = 256 if $new; Digest::SHA->new($a)") == both
    assert found("my $a; if ($x) { $a = 1 } elsif ($y) { $a = 256 } Digest::SHA->new($a)") == both
    assert found("for my $a (1, 256) { Digest::SHA->new($a) }") == both
    assert found("foreach (qw(1 256)) { Digest::SHA->new($_) }") == both
    assert found("my %t = (a => 1, b => 256); Digest::SHA->new($t{$chosen})") == both


def test_what_a_later_assignment_replaces_is_not_reported() -> None:
    """On one path only the last value holds; a ``my`` of an inner block ends with it."""
    assert found("my $a = 1; $a = 256; Digest::SHA->new($a)") == {(1, "SHA-256")}
    assert found("my $a = 256; { my $a = 1; } Digest::SHA->new($a)") == {(1, "SHA-256")}
    assert found("sub f { my $a = 1 } sub g { Digest::SHA->new($a) }") == set()


def test_a_parameter_is_what_the_callers_pass() -> None:
    """Wrappers report what is handed to them: by position, by name, to methods, with a default."""
    assert found("sub d {\nmy ($data, $bits) = @_; Digest::SHA->new($bits) }\nd($x, 384);") == {(2, "SHA-384")}
    assert found("sub d {\nshift; my $bits = shift; Digest::SHA->new($bits) }\nd(1, 384);") == {(2, "SHA-384")}
    assert found("sub d {\nDigest::SHA->new($_[1]) }\nd(1, 384);") == {(2, "SHA-384")}
    assert found("sub d {\nmy %o = @_; Digest::SHA->new($o{bits}) }\nd(a => 1, bits => 384);") == {(2, "SHA-384")}
    assert found("sub d {\nmy $o = shift; Digest::SHA->new($o->{bits}) }\nd({ bits => 384 });") == {(2, "SHA-384")}
    method = "package My;\nsub d { my ($self, $bits) = @_; Digest::SHA->new($bits) }\nsub e { my $self = shift; "
    assert found(method + "$self->d(384) }") == {(2, "SHA-384"), (3, "SHA-384")}
    assert found("sub d {\nmy $bits = shift // 224; Digest::SHA->new($bits) }") == {(2, "SHA-224")}
    signature = "use feature 'signatures';\nsub d ($x, $bits = 224) { Digest::SHA->new($bits) }"
    assert found(signature) == {(2, "SHA-224")}


def test_a_default_lowers_the_confidence() -> None:
    """``shift || 1`` is SHA-1 unless somebody passes another: found, and less sure."""
    sure, unsure = (
        next(r.confidence for r in results(code) if isinstance(r, Finding))
        for code in ("Digest::SHA->new(1)", "sub d { Digest::SHA->new(shift || 1) }")
    )
    assert unsure < sure


def test_a_shift_that_may_not_happen_counts_no_more() -> None:
    """Which parameter comes next is not known after a conditional shift."""
    code = (
        "sub d { my $x = shift; if (ref $x) { shift } my $bits = shift; Digest::SHA->new($bits) }\nd(1, 256, 512);"
    )
    assert found(code) == set()


def test_options_are_one_set_however_they_are_passed() -> None:
    """Pairs, a hash, a hash in a hash, dashes and a reference are read alike."""
    expected = {(1, "TLSv1.2")}
    assert found("IO::Socket::SSL->new('a:1', SSL_version => 'TLSv1_2')") == expected
    assert found("my %o = (SSL_version => 'TLSv1_2'); IO::Socket::SSL->new('a:1', %o)") == expected
    assert found("my %o = (a => 1); $o{SSL_version} = 'TLSv1_2'; IO::Socket::SSL->new('a:1', %o)") == expected
    assert found("my $o = { SSL_version => 'TLSv1_2' }; IO::Socket::SSL->new('a:1', %$o)") == expected
    assert found("IO::Socket::SSL->new(SSL_version => $chosen)") == {(1, "TLS")}
    assert found("Crypt::CBC->new(-cipher => 'Blowfish', -key => $k)") == {(1, "Blowfish-CBC")}


def test_what_is_no_use() -> None:
    """Comments, documentation, texts, patterns, checks and what stands behind the end are none."""
    code = "# md5_hex($x)\nmy $s = 'Digest::MD5->new'; my $t = q{md5_hex($x)};\n"
    code += "$s =~ m/md5_hex/; $s =~ s/a/md5_hex/;\n"
    code += "print <<'EOT';\nmd5_hex($x)\nEOT\nuse Digest::MD5 qw(md5_hex);\nrequire Digest::SHA;\n"
    code += "my %h = (md5_hex => 1); $h{md5_hex} = 2; Digest::MD5->can('md5_hex');\nsub md5_hex_of { 1 }\n"
    code += "\n=head1 NAME\n\nmd5_hex($x)\n\n=cut\n\n1;\n__END__\nmd5_hex($x)\n"
    assert found(code) == set()
    assert (
        found("use Digest::SHA; print 1 if defined &Digest::SHA::sha1 and exists(&Digest::SHA::sha512);") == set()
    )


def test_what_the_file_defines_itself_is_no_library() -> None:
    """A sub or package of the same name hides the library's."""
    assert found("use Digest::MD5;\nsub md5_hex { return uc shift }\nmd5_hex(1)") == set()
    assert found("package Digest::SHA;\nsub new { return 1 }\npackage main;\nDigest::SHA->new(256)") == set()
    assert found("use My::Digest qw(md5_hex);\nmd5_hex(1)") == set()


def test_one_of_many_classes_is_none() -> None:
    """A method of whatever class a table names is not that of each; one of two is either."""
    table = "my %t = (a => 'IO::Socket::SSL', b => 'A', c => 'B', d => 'C');\n"
    assert found(table + "my $class = $t{$chosen}; $class->new") == set()
    assert found("my $c = $tls ? 'IO::Socket::SSL' : 'IO::Socket::INET'; $c->new") == {(1, "TLS")}


def test_a_call_whose_result_nobody_takes_is_no_wrapper() -> None:
    """A sub that only feeds a digest gives none; one that returns it does."""
    code = "my $d = Digest::MD5->new;\nsub feed { $d->add(shift) }\nfeed(1);\n"
    code += "sub hash { md5_hex(shift) }\nprint hash(1);"
    assert found("use Digest::MD5 'md5_hex'; " + code) == {(1, "MD5"), (4, "MD5"), (5, "MD5")}


def test_what_is_decided_at_run_time_is_said() -> None:
    """A name that the caller gives is no finding but an open question."""
    assert [type(r) for r in results("sub d { Digest::SHA->new(shift) }")] == [Diagnostic]


def test_constants_and_subs_of_another_file(tmp_path: Path) -> None:
    """A package of the project is found below lib: its constants, its variables and what its subs return."""
    folder = tmp_path / "lib" / "My"
    folder.mkdir(parents=True)
    (folder / "Config.pm").write_text(
        "package My::Config;\nuse constant BITS => 384;\nour $OTHER = 224;\nsub third { return 512 }\n1;\n"
    )
    (tmp_path / "bin").mkdir()
    code = "use Digest::SHA;\nuse My::Config qw(BITS);\nDigest::SHA->new(BITS);\n"
    code += "Digest::SHA->new(My::Config::BITS);\n"
    code += "Digest::SHA->new($My::Config::OTHER);\nDigest::SHA->new(My::Config->third);\n"
    (tmp_path / "bin" / "run.pl").write_text(code)
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.line, algorithms.name(f.asset)) for f in report.findings}
    assert named == {(3, "SHA-384"), (4, "SHA-384"), (5, "SHA-224"), (6, "SHA-512")}


@given(st.text(alphabet="my $x=%h@l;sub new{}->()[]::\\&'\"/,#\n", max_size=120))
def test_no_text_breaks_it(code: str) -> None:
    """Whatever a file holds, it is read to the end."""
    results("use Digest::MD5;\n" + code)
