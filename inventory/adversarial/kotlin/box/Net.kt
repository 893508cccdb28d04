package box

import java.security.cert.X509Certificate
import java.util.UUID
import javax.net.ssl.SSLContext
import javax.net.ssl.X509TrustManager
import okhttp3.ConnectionSpec
import okhttp3.OkHttpClient
import okhttp3.TlsVersion
import org.mindrot.jbcrypt.BCrypt

class AES(val rows: List<Double>) {
    // average earnings summary, not AES-128-CBC
    fun encryptionFreeMean() = rows.average()
}

class Net {
    private val blind = object : X509TrustManager {
        override fun checkClientTrusted(chain: Array<X509Certificate>, authType: String) = Unit
        override fun checkServerTrusted(chain: Array<X509Certificate>, authType: String) = Unit
        override fun getAcceptedIssuers(): Array<X509Certificate> = emptyArray()
    }

    fun client(): OkHttpClient {
        val ctx = SSLContext.getInstance(Settings.TLS_VERSION)
        ctx.init(null, arrayOf(blind), null)
        val spec = ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
            .tlsVersions(TlsVersion.TLS_1_3)
            .build()
        return OkHttpClient.Builder()
            .connectionSpecs(listOf(spec))
            .hostnameVerifier { _, _ -> true }
            .build()
    }

    fun enroll(password: String, box: Box): Map<String, Any> = mapOf(
        "rsaTeam" to listOf("des", "les"),
        "hash" to BCrypt.hashpw(password, BCrypt.gensalt(12)),
        "id" to UUID.randomUUID(),
        "sum" to box.checksum(1, password.toByteArray()),
        "print" to password.toByteArray().fingerprint(),
        "mac" to tag(box.keystoreKey(), byteArrayOf()),
    )
}
