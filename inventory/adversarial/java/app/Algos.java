package app;

import java.security.spec.ECGenParameterSpec;
import java.util.Map;

/** Names of algorithms. DES and MD5 are gone. */
public final class Algos {
    public static final String BLOCK = "AES";
    public static final String SEALED = BLOCK + "/GCM/NoPadding";
    public static final String MAC = String.format("Hmac%s", "SHA512");
    public static final String ROOT_FAMILY = "RSA";
    public static final int ROOT_BITS = 4096;
    public static final String MD5_COLUMN = "md5";

    static final Map<String, String> SIGNATURES = Map.of(
        "RS256", "SHA256withRSA",
        "ES384", "SHA384withECDSA",
        "EdDSA", "Ed25519");

    static final Map<String, String> HELP = Map.of(
        "rsa", "An RSA key of 2048 bits",
        "des", "article indéfini pluriel");

    enum Level {
        LOW("SHA-1"),
        HIGH("SHA3-512");

        final String digest;

        Level(String digest) {
            this.digest = digest;
        }
    }

    static ECGenParameterSpec curve() {
        return new ECGenParameterSpec("secp256r1");
    }

    private Algos() { }
}
