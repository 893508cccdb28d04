param kty string = 'RSA-HSM'
param size int
var curve = 'P-384'

resource signing 'Microsoft.KeyVault/vaults/keys@2023-07-01' = {
  parent: vault
  name: 'a'
  properties: {
    kty: kty
    keySize: size
  }
}

resource ec 'Microsoft.KeyVault/vaults/keys@2023-07-01' = if (wanted) {
  properties: {
    // kty: 'RSA'
    kty: 'EC'
    curveName: curve
  }
}

resource store 'Microsoft.Storage/storageAccounts@2023-01-01' = [for i in range(0, 2): {
  properties: { minimumTlsVersion: 'TLS1_2' }
}]

resource link 'Microsoft.Network/connections@2023-09-01' = {
  properties: {
    ipsecPolicies: [
      {
        dhGroup: 'DHGroup14'
        ikeEncryption: 'GCMAES256'
        ikeIntegrity: 'SHA384'
        pfsGroup: 'None'
      }
    ]
  }
}

module site 'br/public:avm/res/web/site:0.1' = {
  params: { siteConfig: { minTlsVersion: '1.3' } }
}

resource other 'Microsoft.Web/x@2023-01-01' = {
  properties: { kty: 'RSA' }
}
