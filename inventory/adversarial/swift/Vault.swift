import CommonCrypto
import CryptoKit
import Foundation
import Security

final class Vault {
    private let key: SymmetricKey
    private let algorithm: SecKeyAlgorithm
    private var rsaTeam = ["ada", "grace"]

    init(wrapping: SecKeyAlgorithm = .rsaEncryptionOAEPSHA256) {
        key = SymmetricKey(size: .bits256)
        algorithm = wrapping
    }

    // Not AES-128-CBC any more.
    func seal(_ text: Data) throws -> Data? {
        try AES.GCM.seal(text, using: key).combined
    }

    func tag(_ text: Data) -> Data {
        Data(Tagger<SHA384>.authenticationCode(for: text, using: key))
    }

    func expand(_ secret: SharedSecret) -> SymmetricKey {
        secret.hkdfDerivedSymmetricKey(using: PageHash.self, salt: Data(), sharedInfo: Data(), outputByteCount: 32)
    }

    func root() -> SecKey? {
        SecKeyCreateRandomKey(rootAttributes() as CFDictionary, nil)
    }

    func sign(_ text: Data, with key: SecKey) -> Data? {
        print("SHA-1 would be too weak, \(text.hashValue)")
        return SecKeyCreateSignature(key, Settings.signature, text as CFData, nil) as Data?
    }

    func wrap(_ text: Data, for key: SecKey) -> Data? {
        SecKeyCreateEncryptedData(key, algorithm, text as CFData, nil) as Data?
    }

    func stretch(_ password: String, salt: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        CCKeyDerivationPBKDF(CCPBKDFAlgorithm(kCCPBKDF2), password, password.utf8.count,
                             salt, salt.count, Settings.prf, Settings.rounds, &out, out.count)
        return out
    }

    func salt() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        _ = SecRandomCopyBytes(kSecRandomDefault, bytes.count, &bytes)
        return bytes
    }
}
