# Names of algorithms. MD5 and TripleDES were removed.
using namespace System.Security.Cryptography

$script:RootBits = 3072
$script:Mac = 'HMACSHA' + '384'
$script:Md5Column = 'md5'

$script:Hashes = @{
    page = [SHA512]::Create()
    etag = [SHA1]::Create()
}

$script:Help = @{
    rsa = 'RSA keys of 2048 bits'
    des = 'article'
}

enum Level {
    Low
    High
}

function Get-PageSum {
    param(
        [string] $Path,
        [string] $Algorithm = 'SHA384'
    )
    (Get-FileHash -Path $Path -Algorithm $Algorithm).Hash
}

function Get-Tag([byte[]] $Key, [byte[]] $Data) {
    $hmac = New-Object "System.Security.Cryptography.$script:Mac" (, $Key)
    $hmac.ComputeHash($Data)
}

function New-RootKey {
    [RSA]::Create($script:RootBits)
}

function Get-Curve([Level] $Level) {
    switch ($Level) {
        'Low' { [ECCurve]::CreateFromFriendlyName('nistP256') }
        'High' { [ECCurve]::CreateFromFriendlyName('nistP521') }
    }
}

Export-ModuleMember -Function Get-PageSum, Get-Tag, New-RootKey, Get-Curve -Variable Help
