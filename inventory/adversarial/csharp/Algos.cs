using System.Collections.Generic;
using System.Security.Cryptography;
using Hash = System.Security.Cryptography.SHA512;

namespace Demo.Security
{
    /// <summary>Names of algorithms; MD5 and DES are not offered.</summary>
    public static class Algos
    {
        public const int RootBits = 3072;
        public const int Rounds = 350_000;
        public const int KeyBytes = 32;
        public const string TokenAlg = "ES384";
        public const string Md5Column = "md5";
        public static readonly HashAlgorithmName Digest = HashAlgorithmName.SHA384;

        public static readonly Dictionary<string, HashAlgorithmName> Names = new()
        {
            ["weak"] = HashAlgorithmName.SHA1,
            ["strong"] = HashAlgorithmName.SHA3_512,
        };

        public static readonly Dictionary<string, string> Help = new()
        {
            ["rsa"] = "RSA with 2048 bits",
            ["des"] = "partitif",
        };

        public static byte[] Sum(byte[] data) => Hash.HashData(data);

        public static RSAEncryptionPadding Wrapping() => RSAEncryptionPadding.OaepSHA256;
    }
}
