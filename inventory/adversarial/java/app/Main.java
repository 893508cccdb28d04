package app;

import io.jsonwebtoken.Jwts;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.util.Random;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.macs.HMac;

public class Main {
    static final String PROTO = "TLSv1.3";
    static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
    };
    int universal = new Random().nextInt();

    /** Not a cipher: Automatic Export Service with AES-256. */
    static class AES {
        void encrypt(String name) {
            System.out.println("exporting " + name);
        }
    }

    static SSLSocket connect(String host) throws Exception {
        SSLContext ctx = SSLContext.getInstance(PROTO);
        ctx.init(null, null, null);
        SSLSocket s = (SSLSocket) ctx.getSocketFactory().createSocket(host, 443);
        s.setEnabledCipherSuites(SUITES);
        return s;
    }

    static String token(PrivateKey key) {
        return Jwts.builder()
            .subject("crypto")
            .signWith(key, Jwts.SIG.PS256)
            .compact();
    }

    static HMac shangMi() {
        return new HMac(new SM3Digest());
    }

    public static void main(String[] args) throws Exception {
        byte[] sum = Vault.digest(args[0].getBytes(), false);
        new AES().encrypt(UUID.randomUUID().toString());
        KeyPairGenerator kem = KeyPairGenerator.getInstance("ML-KEM-768");
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(Algos.curve());
        byte[] other = MessageDigest.getInstance(Algos.Level.HIGH.digest).digest(sum);
        System.out.println("signed with RSA " + other.length + kem);
    }
}
