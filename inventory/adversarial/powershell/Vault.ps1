using namespace System.Security.Cryptography
using module ./Algos.psm1

# Seals pages; AES-128-ECB is not used.
Set-StrictMode -Version Latest
Set-Alias -Name Sum -Value Get-FileHash

$Rounds = 350000
$Mode = [CipherMode]::CBC
$Prf = [HashAlgorithmName]::SHA256
$KeyBytes = 32
$rsaTeam = @('ada', 'grace')
$universal = Get-Random -Maximum 6

class Survey {
    # AES, the Annual Employee Survey
    [string] Encrypt([string] $answer) { return $answer.Trim() }
}

function Get-Key([string] $Password, [byte[]] $Salt) {
    $kdf = [Rfc2898DeriveBytes]::new($Password, $Salt, $Rounds, $Prf)
    $kdf.GetBytes($KeyBytes)
}

function Protect-Page([byte[]] $Page, [string] $Password) {
    $salt = [byte[]]::new(16)
    [RandomNumberGenerator]::Fill($salt)
    $aes = [Aes]::Create()
    $aes.Mode = $Mode
    $aes.Key = Get-Key $Password $salt
    $aes.CreateEncryptor().TransformFinalBlock($Page, 0, $Page.Length)
}

function Sign-Page([byte[]] $Page, [switch] $Pss) {
    $root = New-RootKey
    $padding = if ($Pss) { [RSASignaturePadding]::Pss } else { [RSASignaturePadding]::Pkcs1 }
    $root.SignData($Page, $Prf, $padding)
}

Write-Host "SHA-512 of the page, seed $universal"
$page = [Text.Encoding]::UTF8.GetBytes([Survey]::new().Encrypt('des'))
$tag = Get-Tag -Key $page -Data $page
$sum = Get-PageSum -Path ./page.txt
$file = Sum -Path ./page.txt -Algorithm MD5
$device = [ECDsa]::Create((Get-Curve Low))
Write-Output $tag.Length $sum $file.Hash $device.GetHashCode() (New-Guid)
