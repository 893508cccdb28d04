<#
.SYNOPSIS
Fetches a page. SSL 3.0 and RC4 are never offered.
#>
param(
    [string] $Uri = 'https://example.org/rsa-sha256',
    [switch] $Insecure
)

class AES {
    [string] Encrypt([string] $title) { return "exhibit $title" }
}

$Lowest = [Net.SecurityProtocolType]::Tls12
[Net.ServicePointManager]::SecurityProtocol = $Lowest

if ($Insecure) {
    [Net.ServicePointManager]::ServerCertificateValidationCallback = { $true }
}

$options = @{
    Uri                  = $Uri
    SkipCertificateCheck = $true
    SslProtocol          = 'Tls13'
}
$answer = Invoke-WebRequest @options

$family = 'RSA'
$certificate = @{
    DnsName           = 'pages.example'
    KeyAlgorithm      = $family
    KeyLength         = 4096
    HashAlgorithm     = 'SHA512'
    CertStoreLocation = 'Cert:\CurrentUser\My'
}
New-SelfSignedCertificate @certificate

$labels = 'md5', 'sha1', 'des'
Write-Verbose "crypto page of $($answer.Content.Length) bytes, $([AES]::new().Encrypt('des')), $($labels -join ', ')"
