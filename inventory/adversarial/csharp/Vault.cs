using System;
using System.Security.Cryptography;
using static Demo.Security.Algos;
using Rng = System.Security.Cryptography.RandomNumberGenerator;

namespace Demo.Security
{
    public sealed class Vault : IDisposable
    {
        private readonly AesGcm sealer;
        private readonly RSA root = RSA.Create(RootBits);
        private readonly int universal = new Random(7).Next();

        public Vault(string password, byte[] salt)
        {
            byte[] key = Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, Digest, KeyBytes);
            sealer = new AesGcm(key, 16);
        }

        public void Seal(byte[] nonce, byte[] text, byte[] ct, byte[] tag)
        {
            sealer.Encrypt(nonce, text, ct, tag);
        }

        public byte[] Sign(byte[] data, bool pss) =>
            root.SignData(data, Digest, pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

        public byte[] Wrap(byte[] secret) => root.Encrypt(secret, Wrapping());

        public static Aes Legacy(byte[] key)
        {
            Aes aes = Aes.Create();
            aes.Key = key;
            aes.Mode = CipherMode.CBC;
            return aes;
        }

        public static byte[] Salt()
        {
            var noise = new byte[16];
            Rng.Fill(noise);
            Console.WriteLine("SHA-256 salt of length " + noise.Length);
            return noise;
        }

        public void Dispose()
        {
            sealer.Dispose();
            root.Dispose();
        }
    }
}
