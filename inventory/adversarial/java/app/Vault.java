package app;

import static app.Algos.*;

import java.security.*;
import java.security.spec.*;
import java.util.zip.CRC32;
import javax.crypto.*;
import javax.crypto.spec.*;

public class Vault {
    private static final int ROUNDS = 310000;
    private static final String KDF = "PBKDF2WithHmacSHA256";
    private final SecureRandom rnd = new SecureRandom();
    private String transformation;

    public Vault() {
        transformation = "AES/CBC/PKCS5Padding";
    }

    SecretKey dataKey() throws GeneralSecurityException {
        KeyGenerator gen = KeyGenerator.getInstance(BLOCK);
        gen.init(256, rnd);
        return gen.generateKey();
    }

    KeyPair root() throws GeneralSecurityException {
        KeyPairGenerator g = KeyPairGenerator.getInstance(ROOT_FAMILY);
        g.initialize(ROOT_BITS);
        return g.generateKeyPair();
    }

    byte[] seal(SecretKey key, byte[] data, byte[] iv) throws GeneralSecurityException {
        Cipher c = Cipher.getInstance(SEALED);
        c.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, iv));
        return c.doFinal(data);
    }

    Cipher legacy() throws GeneralSecurityException {
        return Cipher.getInstance(transformation);
    }

    Cipher wrapper() throws GeneralSecurityException {
        return Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
    }

    SecretKey fromPassword(char[] pw, byte[] salt) throws GeneralSecurityException {
        KeySpec spec = new PBEKeySpec(pw, salt, ROUNDS, 256);
        byte[] raw = SecretKeyFactory.getInstance(KDF).generateSecret(spec).getEncoded();
        return new SecretKeySpec(raw, "AES");
    }

    byte[] tag(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac m = Mac.getInstance(MAC);
        m.init(new SecretKeySpec(key, MAC));
        return m.doFinal(data);
    }

    static byte[] digest(byte[] data, boolean old) throws GeneralSecurityException {
        CRC32 crc = new CRC32();
        crc.update(data);
        System.out.println("SHA-256 comes after crc " + crc.getValue());
        return MessageDigest.getInstance(old ? "MD5" : "SHA-256").digest(data);
    }
}
