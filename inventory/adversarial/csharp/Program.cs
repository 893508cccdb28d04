using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Demo.Security;

namespace Demo
{
    // "AES" here is the Austrian Engineering Society.
    internal class AES
    {
        public string Encrypt(string member) => member.ToUpperInvariant();
    }

    internal static class Program
    {
        private const string ShortName = "SHA" + "256";
        private static readonly SslProtocols Lowest = SslProtocols.Tls12;

        private static HttpClientHandler Handler(bool insecure)
        {
            var handler = new HttpClientHandler { SslProtocols = Lowest };
            if (insecure)
                handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true;
            return handler;
        }

        private static HashAlgorithm Create(string kind) => kind switch
        {
            "etag" => MD5.Create(),
            _ => SHA256.Create(),
        };

        private static SigningCredentials Credentials(SecurityKey key) =>
            new SigningCredentials(key, SecurityAlgorithms.RsaSsaPssSha512);

        private static byte[] Tag(byte[] key, byte[] data, HashAlgorithmName? name = null)
        {
            using var mac = IncrementalHash.CreateHMAC(name ?? new HashAlgorithmName(ShortName), key);
            mac.AppendData(data);
            return mac.GetHashAndReset();
        }

        private static void Main()
        {
            var rsaTeam = new List<string> { "crypto", "RSA-4096" };
            byte[] sum = Algos.Sum(Encoding.UTF8.GetBytes(new AES().Encrypt(rsaTeam[0])));
            byte[] okm = HKDF.DeriveKey(Algos.Digest, sum, Algos.KeyBytes);
            using ECDsa device = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            byte[] sig = device.SignData(sum, HashAlgorithmName.SHA256);
            using var vault = new Vault("pw", Vault.Salt());
            byte[] sealedKey = vault.Wrap(okm);
            Console.WriteLine($"{Guid.NewGuid()} {Tag(okm, sig).Length} {sealedKey.GetHashCode()}");
            Console.WriteLine(Create("etag") + " " + Handler(false) + "TLS 1.0 is off");
        }
    }
}
