package box

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties as KP
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.PBEKeySpec
import kotlin.random.Random

typealias Digester = MessageDigest

class Box(private val alias: String) {
    private val rounds = 210_000
    private val noise = SecureRandom()
    private val shuffle = Random(42).nextInt()

    fun keystoreKey(): SecretKey {
        val generator = KeyGenerator.getInstance(KP.KEY_ALGORITHM_AES, "AndroidKeyStore")
        val spec = KeyGenParameterSpec.Builder(alias, KP.PURPOSE_ENCRYPT or KP.PURPOSE_DECRYPT)
            .setBlockModes(KP.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KP.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
        generator.init(spec)
        return generator.generateKey()
    }

    fun pair() = KeyPairGenerator.getInstance("RSA").apply { initialize(RSA_SIZE) }.generateKeyPair()

    fun seal(key: SecretKey, text: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(SEALING)
        val iv = ByteArray(12).also(noise::nextBytes)
        cipher.init(Cipher.ENCRYPT_MODE, key, GCMParameterSpec(128, iv))
        return iv + cipher.doFinal(text)
    }

    fun stretch(password: CharArray, salt: ByteArray, strong: Boolean): ByteArray =
        SecretKeyFactory.getInstance("PBKDF2WithHmac" + if (strong) "SHA512" else "SHA1")
            .generateSecret(PBEKeySpec(password, salt, rounds, 256)).encoded

    fun checksum(level: Int, data: ByteArray): ByteArray {
        val md = when (level) {
            0 -> Digester.getInstance("MD5")
            else -> Digester.getInstance("SHA-256")
        }
        println("md5 of ${data.hashCode()} is ready")
        return md.digest(data)
    }
}
