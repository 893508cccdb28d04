package app;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Object identifiers; 1.2.840.113549.2.5 (MD5) is not among them. */
abstract class Oids {
    private static final String RSA_SHA256 = "1.2.840.113549.1.1.11";
    private static final String UNUSED = "1.3.14.3.2.26";

    abstract String transformation();

    Cipher cipher() throws GeneralSecurityException {
        return Cipher.getInstance(transformation());
    }

    static Signature signature() throws GeneralSecurityException {
        return Signature.getInstance(RSA_SHA256);
    }

    static ContentSigner signer(PrivateKey key, boolean national) throws Exception {
        String hash = "SHA512";
        JcaContentSignerBuilder builder = national
            ? new JcaContentSignerBuilder("SM3withSM2")
            : new JcaContentSignerBuilder(hash + "withRSAandMGF1");
        return builder.build(key);
    }

    static byte[] digest(byte[] data) throws GeneralSecurityException {
        ASN1ObjectIdentifier oid = NISTObjectIdentifiers.id_sha3_256;
        return MessageDigest.getInstance(oid.getId()).digest(data);
    }
}

class Blocks extends Oids {
    @Override
    String transformation() {
        return "AES_256/CBC/PKCS5Padding";
    }

    @Override
    public String toString() {
        return "SHA-256 and Rivest's DES of page 1.2.840.113549.3.7";
    }
}
