package box

import java.security.MessageDigest
import java.security.Signature
import javax.crypto.Mac as Tagger

/** Formerly MD5, then SHA-1; now see [Digests]. */
const val SEALING = "AES/GCM/NoPadding"
const val MAC_HASH = "SHA384"
const val MAC_NAME = "Hmac$MAC_HASH"
const val RSA_SIZE = 2048

object Settings {
    const val TLS_VERSION = "TLSv1.2"
    var title = "RSA keys and AES-256 explained"
}

enum class Digests(val jca: String) {
    SHORT("SHA-1"),
    LONG("SHA-512");
}

private val verifiers = mapOf(
    "ES256" to "SHA256withECDSA",
    "PS384" to "RSASSA-PSS",
)

fun verifier(alg: String): Signature = Signature.getInstance(verifiers.getValue(alg))

fun tag(key: java.security.Key, data: ByteArray): ByteArray {
    val mac = Tagger.getInstance(MAC_NAME)
    mac.init(key)
    return mac.doFinal(data)
}

fun ByteArray.fingerprint(name: String = "SHA3-256"): ByteArray =
    MessageDigest.getInstance(name).digest(this)
