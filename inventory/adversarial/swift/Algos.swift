import CryptoKit
import CommonCrypto
import Foundation
import Security

/// Names of algorithms. MD5 and DES were removed.
typealias PageHash = SHA512
typealias Tagger<H: HashFunction> = HMAC<H>

enum Settings {
    static let rootBits = 3072
    static let rounds: UInt32 = 310_000
    static let prf = CCPseudoRandomAlgorithm(kCCPRFHmacAlgSHA256)
    static let signature = SecKeyAlgorithm.rsaSignatureMessagePSSSHA384
    static let md5Column = "md5"
    static let help = ["rsa": "RSA keys of 2048 bits", "des": "article"]
}

extension Data {
    func pageSum() -> Data {
        Data(PageHash.hash(data: self))
    }

    func etag() -> String {
        Insecure.MD5.hash(data: self).map { String(format: "%02x", $0) }.joined()
    }
}

func deviceKey() -> P256.Signing.PrivateKey {
    P256.Signing.PrivateKey()
}

func rootAttributes(size: Int = Settings.rootBits) -> [CFString: Any] {
    [
        kSecAttrKeyType: kSecAttrKeyTypeRSA,
        kSecAttrKeySizeInBits: size,
    ]
}
