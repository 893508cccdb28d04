"""PowerShell: cmdlets with their parameters, .NET classes, and the programs a script runs."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import powershell
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

SCHANNEL = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"


def results(code: str) -> list[Finding | Diagnostic]:
    claims = powershell.DETECTOR.detect(SourceFile("x.ps1", code.encode(), "powershell"))
    return [one for one in claims if isinstance(one, Finding | Diagnostic)]


def found(code: str) -> set[tuple[int, str]]:
    return {(f.location.line, algorithms.name(f.asset)) for f in results(code) if isinstance(f, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        "# Get-FileHash x -Algorithm MD5\n<# [System.Security.Cryptography.MD5]::Create() #>",
        "Write-Host 'Get-FileHash x'; \"[System.Security.Cryptography.MD5]::Create()\"",
        '$a = @"\nGet-FileHash x\n[System.Security.Cryptography.MD5]::Create()\n"@',
        "function Get-FileHash($Path) { $Path }\nGet-FileHash x",
        "Get-Command Get-FileHash; Get-Help New-SelfSignedCertificate",
        "$h = @{ 'Get-FileHash' = 1 }; $openssl = 'openssl'",
        "if ($p -eq [Net.SecurityProtocolType]::Ssl3) { }",
        "$p = $p -band -bnot [Net.SecurityProtocolType]::Ssl3",
        "$s = [Net.ServicePointManager]::SecurityProtocol",
        "ConvertTo-SecureString 'x' -AsPlainText -Force; ConvertFrom-SecureString $s",
        "[guid]::NewGuid(); Get-Random; Disable-TlsEccCurve -Name NistP256",
        "$c = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2",
    ],
)
def test_what_only_looks_like_a_use_is_none(code: str) -> None:
    """Comments, strings, questions, comparisons, functions of that name and what is disabled are no uses."""
    assert found(code) == set()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("get-filehash x -ALGORITHM md5", {"MD5"}),
        ("Get-FileHash x -Algorithm:SHA512", {"SHA-512"}),
        ("Get-FileHash x SHA1", {"SHA-1"}),
        ("Get-FileHash x", {"SHA-256"}),
        ("Get-FileHash @PSBoundParameters", set()),
        ("$p = @{ Algorithm = 'MD5' }\nGet-FileHash x @p", {"MD5"}),
        ("$p = @{ Path = 'x' }\n$p.Algorithm = 'SHA384'\nGet-FileHash @p", {"SHA-384"}),
        ("$p = @{}\n$p['Algorithm'] = 'SHA384'\nGet-FileHash @p", {"SHA-384"}),
        ("$a = if ($x) { 'MD5' } else { 'SHA1' }\nGet-FileHash x -Algorithm $a", {"MD5", "SHA-1"}),
        ('$n = 512; Get-FileHash x -Algorithm "SHA$n"', {"SHA-512"}),
        ("Get-FileHash x -Algorithm ('SHA{0}' -f 384)", {"SHA-384"}),
        ("Get-FileHash x -Algorithm ('sha' + '1').ToUpper()", {"SHA-1"}),
        ("$o = @{ Hash = 'MD5' }; Get-FileHash x -Algorithm $o.Hash", {"MD5"}),
        ("Get-ChildItem | ForEach-Object { Get-FileHash $_ -Algorithm MD5 }", {"MD5"}),
        ("Microsoft.PowerShell.Utility\\Get-FileHash x", {"SHA-256"}),
        ("Get-FileHash x -Algorithm $env:ALG", set()),
    ],
)
def test_parameters_are_read(code: str, expected: set[str]) -> None:
    """Parameters by name, place, hashtable or variable; what was not read is not taken to be left out."""
    assert {name for _, name in found(code)} == expected


def test_parameter_of_a_function_is_what_callers_pass() -> None:
    """A function's default and what the script passes by name or by position are its values."""
    code = (
        "function Get-Sum { param([string]$Path, [string]$Alg = 'SHA1') Get-FileHash $Path -Algorithm $Alg }\n"
        "Get-Sum -Alg MD5 -Path a\nGet-Sum b SHA512\n"
    )
    assert found(code) == {(1, "SHA-1"), (1, "MD5"), (1, "SHA-512")}


def test_default_of_a_script_parameter_is_less_sure() -> None:
    """Whoever runs the script may pass something else."""
    code = "param(\n  [int]$Bits = 2048\n)\nssh-keygen -t rsa -b $Bits\n"
    (finding,) = (f for f in results(code) if isinstance(f, Finding))
    assert (algorithms.name(finding.asset), finding.confidence < 0.95) == ("RSA-2048", True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("[Security.Cryptography.SHA256]::Create()", {"SHA-256"}),
        ("using namespace System.Security.Cryptography\n[sha512]::create()", {"SHA-512"}),
        ("[SHA512]::Create() # Security.Cryptography", set()),
        ("New-Object Security.Cryptography.RSACryptoServiceProvider(1024)", {"RSA-1024"}),
        ("New-Object -ArgumentList 4096 -TypeName 'System.Security.Cryptography.RSACng'", {"RSA-4096"}),
        ("$r = [System.Security.Cryptography.RSA]::Create(); $r.KeySize = 3072", {"RSA-3072"}),
        ("$a = [System.Security.Cryptography.Aes]::Create(); $a.Key = [byte[]]::new(16)", {"AES-128"}),
        ("$a = New-Object System.Security.Cryptography.AesManaged\n$a.Mode = 'ECB'", {"AES-ECB"}),
        ("[System.Security.Cryptography.RandomNumberGenerator]::Create()", {"CSPRNG"}),
        ('New-Object "System.Security.Cryptography.$name"', set()),
    ],
)
def test_classes_of_dotnet_mean_what_they_mean_in_csharp(code: str, expected: set[str]) -> None:
    """Types with and without System, made by New-Object, new() or Create(), with what is set on them."""
    assert {name for _, name in found(code)} == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (rf"New-ItemProperty '{SCHANNEL}\Protocols\TLS 1.0\Server' -Name Enabled -Value 1", {"TLSv1.0"}),
        (rf"New-ItemProperty '{SCHANNEL}\Protocols\TLS 1.0\Server' -Name Enabled -Value 0", set()),
        (rf"Set-ItemProperty '{SCHANNEL}\Protocols\TLS 1.2\Client' DisabledByDefault 0", {"TLSv1.2"}),
        (rf"Set-ItemProperty '{SCHANNEL}\Protocols\TLS 1.2\Client' DisabledByDefault 1", set()),
        (rf"Set-ItemProperty '{SCHANNEL}\Protocols\TLS 1.2\Client' Enabled $x", set()),
        (rf"Set-ItemProperty '{SCHANNEL}\Hashes\MD5' Enabled 0xffffffff", {"MD5"}),
        (rf"Set-ItemProperty '{SCHANNEL}\Protocols\PCT 1.0\Server' Enabled 1", set()),
        (rf"$k = '{SCHANNEL}\Protocols'; Set-ItemProperty $k\x -Name Enabled -Value 1", set()),
        (
            rf"foreach ($v in 'TLS 1.1', 'TLS 1.2') {{ Set-ItemProperty '{SCHANNEL}\Protocols\'$v Enabled 1 }}",
            set(),
        ),
        (
            rf'foreach ($v in "TLS 1.1", "TLS 1.2") {{ sp "{SCHANNEL}\Protocols\$v\Server" Enabled 1 }}',
            {"TLSv1.1", "TLSv1.2"},
        ),
    ],
)
def test_registry_enables_only_what_it_sets(code: str, expected: set[str]) -> None:
    """A protocol of the registry is used where it is enabled, not where it is disabled or the value is not read."""
    assert {name for _, name in found(code)} == expected


def test_key_whose_algorithm_the_provider_decides_is_said() -> None:
    """A certificate without -KeyAlgorithm, and a message whose cipher nobody names, are reported as unresolved."""
    code = "New-SelfSignedCertificate -DnsName a\nProtect-CmsMessage -To a -Content b"
    assert [(d.skip, d.line) for d in results(code) if isinstance(d, Diagnostic)] == [
        (Skip.UNRESOLVED, 1),
        (Skip.UNRESOLVED, 2),
    ]


def test_programs_are_read_as_in_a_shell() -> None:
    """Folders, .exe, the call operator, variables and arrays of options do not hide what runs."""
    code = (
        "$exe = 'C:\\bin\\openssl.exe'\n& $exe genrsa 2048\n$o = @('req', '-newkey', 'rsa:3072', '-sha512')\n"
        "openssl $o\nStart-Process openssl\n"
    )
    assert found(code) == {(2, "RSA-2048"), (4, "RSA-3072"), (4, "SHA-512")}


def test_nothing_of_a_script_but_names_is_printed() -> None:
    """Passwords and keys in a script do not reach the result."""
    code = "ConvertTo-SecureString 'hunter2' -Key (1..32)\nopenssl genrsa -aes256 -passout pass:hunter2 2048"
    assert found(code) == {(1, "AES-256"), (2, "RSA-2048"), (2, "AES-256-CBC")}
    assert "hunter2" not in repr(results(code))
