"""Every cryptographic library of a manifest and no other package: place, package URL, version and scope."""

from pathlib import Path

import pytest
from packageurl import PackageURL

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip, Technique

SAMPLES = Path(__file__).parents[2] / "samples" / "manifests"
EXPECTED = {
    "pip/requirements.txt": [
        (7, "pkg:pypi/cryptography@50.0.2", "50.0.2", ""),
        (10, "pkg:pypi/pyjwt", ">=2.8,<3", ""),
        (12, "pkg:pypi/pynacl", None, ""),
        (13, "pkg:pypi/paramiko", None, ""),
        (16, "pkg:pypi/rsa", "~=4.9", ""),
        (17, "pkg:pypi/argon2-cffi", "==23.*", ""),
    ],
    "pip/requirements-dev.txt": [
        (1, "pkg:pypi/trustme", None, "dev"),
        (2, "pkg:pypi/ecdsa@0.19.0", "0.19.0", "dev"),
    ],
    "pip/pyproject.toml": [
        (2, "pkg:pypi/cryptography", None, "build"),
        (8, "pkg:pypi/cryptography", ">=42", ""),
        (10, "pkg:pypi/bcrypt@4.1.2", "4.1.2", ""),
        (14, "pkg:pypi/paramiko", ">=3", "optional"),
        (14, "pkg:pypi/cryptography", ">=42", "optional"),
        (17, "pkg:pypi/trustme", None, "dev"),
        (18, "pkg:pypi/pyotp@2.9.0", "2.9.0", "test"),
        (21, "pkg:pypi/pyjwt", None, "docs"),
    ],
    "poetry/pyproject.toml": [
        (6, "pkg:pypi/cryptography", "^42.0", ""),
        (7, "pkg:pypi/pynacl@1.5.0", "1.5.0", "optional"),
        (8, "pkg:pypi/rsa", None, ""),
        (9, "pkg:pypi/pyjwt", "<2", ""),
        (9, "pkg:pypi/pyjwt", ">=2", ""),
        (15, "pkg:pypi/trustme", "*", "test"),
        (16, "pkg:pypi/cryptography@42.0.1", "42.0.1", "test"),
    ],
    "poetry/poetry.lock": [
        (13, "pkg:pypi/cryptography@42.0.8", "42.0.8", "locked"),
        (25, "pkg:pypi/pynacl@1.5.0", "1.5.0", "locked"),
    ],
    "uv/uv.lock": [
        (5, "pkg:pypi/paramiko@3.5.0", "3.5.0", "locked"),
        (14, "pkg:pypi/cryptography@44.0.0", "44.0.0", "locked"),
    ],
    "pipenv/Pipfile": [
        (5, "pkg:pypi/pycryptodome@3.20.0", "3.20.0", ""),
        (7, "pkg:pypi/pyopenssl", ">=24", ""),
        (10, "pkg:pypi/trustme", "*", "dev"),
    ],
    "pipenv/Pipfile.lock": [
        (5, "pkg:pypi/cryptography@42.0.8", "42.0.8", "locked"),
        (10, "pkg:pypi/pycryptodome@3.20.0", "3.20.0", "locked"),
        (13, "pkg:pypi/trustme@1.1.0", "1.1.0", "dev"),
    ],
    "setuptools/setup.cfg": [
        (9, "pkg:pypi/cryptography", ">=3.4", ""),
        (11, "pkg:pypi/pyopenssl@23.0.0", "23.0.0", ""),
        (12, "pkg:pypi/bcrypt", None, "build"),
        (14, "pkg:pypi/trustme", None, "test"),
        (17, "pkg:pypi/paramiko", ">=2", "optional"),
        (19, "pkg:pypi/rsa", None, "optional"),
        (20, "pkg:pypi/ecdsa", "<1", "optional"),
        (26, "pkg:rpm/openssl-libs", None, ""),
        (27, "pkg:rpm/gnutls", None, ""),
        (28, "pkg:rpm/openssl-devel", None, "build"),
    ],
    "setuptools/setup.py": [
        (10, "pkg:pypi/cryptography", ">=2.5", ""),
        (12, "pkg:pypi/pynacl", None, ""),
        (18, "pkg:pypi/trustme", None, "test"),
        (20, "pkg:pypi/pyjwt@2.8.0", "2.8.0", "optional"),
    ],
    "templates/package.json.ejs": [
        (6, "pkg:npm/jsonwebtoken", None, ""),
        (10, "pkg:npm/jose@5.0.0", "5.0.0", ""),
    ],
    "templates/Server.csproj.ejs": [(4, "pkg:nuget/System.IdentityModel.Tokens.Jwt", None, "")],
    "templates/Gemfile.erb": [(2, "pkg:gem/jwt", None, ""), (4, "pkg:gem/bcrypt", None, "")],
    "npm/package.json": [
        (7, "pkg:npm/%40noble/curves@1.2.3", "1.2.3", ""),
        (8, "pkg:npm/elliptic", "^6.5.4", ""),
        (10, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", ""),
        (11, "pkg:npm/jose", None, ""),
        (12, "pkg:npm/sm-crypto", "latest", ""),
        (15, "pkg:npm/elliptic@6.5.7", "6.5.7", "dev"),
        (16, "pkg:npm/node-forge", "~1.3", "dev"),
        (18, "pkg:npm/jsonwebtoken", ">=9", "peer"),
        (19, "pkg:npm/argon2@0.40.1", "0.40.1", "optional"),
    ],
    "npm/package-lock.json": [
        (6, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (7, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
        (11, "pkg:npm/hash.js@1.1.7", "1.1.7", "dev"),
        (12, "pkg:npm/elliptic@6.5.4", "6.5.4", "locked"),
        (13, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", "locked"),
    ],
    "npm-v1/package-lock.json": [
        (6, "pkg:npm/browserify-sign@4.2.2", "4.2.2", "locked"),
        (10, "pkg:npm/elliptic@6.5.4", "6.5.4", "locked"),
        (15, "pkg:npm/elliptic@6.6.1", "6.6.1", "dev"),
    ],
    "yarn/yarn.lock": [
        (5, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (11, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", "locked"),
        (14, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
    ],
    "yarn-berry/yarn.lock": [
        (5, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (11, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
    ],
    "pnpm/pnpm-lock.yaml": [
        (13, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (16, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
        (19, "pkg:npm/node-forge@1.3.1", "1.3.1", "locked"),
        (22, "pkg:npm/%40hapi/iron@7.0.1", "7.0.1", "locked"),
        (25, "pkg:npm/passport-jwt@4.0.1", "4.0.1", "locked"),
    ],
    "maven/pom.xml": [
        (17, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", "managed"),
        (27, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78.1", "1.78.1", ""),
        (33, "pkg:maven/com.jcraft/jsch", "[0.1,1.0)", "runtime"),
        (39, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", ""),
        (43, "pkg:maven/org.bouncycastle/bcpkix-jdk18on", "${revision}", "test"),
    ],
    "gradle/build.gradle": [
        (8, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.77", "1.77", ""),
        (9, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", ""),
        (10, "pkg:maven/org.conscrypt/conscrypt-openjdk@2.5.2", "2.5.2", "test"),
        (11, "pkg:maven/com.github.mwiede/jsch", "0.2.+", "runtime"),
        (12, "pkg:maven/org.apache.sshd/sshd-bom@2.12.0", "2.12.0", ""),
        (13, "pkg:maven/io.jsonwebtoken/jjwt-api", "${versions.jjwt}", ""),
    ],
    "gradle/libs.versions.toml": [
        (6, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78", "1.78", ""),
        (7, "pkg:maven/org.bouncycastle/bcpkix-jdk18on@1.78", "1.78", ""),
        (8, "pkg:maven/com.auth0/java-jwt@4.4.0", "4.4.0", ""),
        (9, "pkg:maven/com.google.crypto.tink/tink@1.13.0", "1.13.0", ""),
    ],
    "go/go.mod": [
        (5, "pkg:golang/golang.org/x/crypto@v0.31.0", "v0.31.0", ""),
        (8, "pkg:golang/github.com/golang-jwt/jwt/v5@v5.2.1", "v5.2.1", ""),
        (9, "pkg:golang/github.com/cloudflare/circl@v1.4.0", "v1.4.0", "indirect"),
        (10, "pkg:golang/github.com/protonmail/go-crypto@v1.1.3", "v1.1.3", ""),
        (18, "pkg:golang/golang.org/x/crypto@v0.30.0", "v0.30.0", "replacement"),
        (19, "pkg:golang/github.com/emmansun/gmsm@v0.29.0", "v0.29.0", "replacement"),
    ],
    "installed/var/lib/dpkg/status": [
        (9, "pkg:deb/libssl3@3.0.19-1~deb12u2?arch=amd64", "3.0.19-1~deb12u2", "installed"),
        (34, "pkg:deb/openssh-client@1:9.2p1-2%2Bdeb12u6?arch=amd64", "1:9.2p1-2+deb12u6", "installed"),
    ],
    "installed/var/lib/dpkg/status.d/libssl3": [
        (1, "pkg:deb/libssl3t64@3.5.4-1~deb13u1?arch=arm64", "3.5.4-1~deb13u1", "installed"),
    ],
    "installed/lib/apk/db/installed": [
        (11, "pkg:apk/libcrypto3@3.5.1-r0?arch=x86_64", "3.5.1-r0", "installed"),
        (22, "pkg:apk/libssl3@3.5.1-r0?arch=x86_64", "3.5.1-r0", "installed"),
    ],
    "bazel/MODULE.bazel": [
        (3, "pkg:bazel/boringssl", ">=0.20250114.0", ""),
        (7, "pkg:bazel/libsodium", ">=1.0.19", "dev"),
    ],
    "bun/bun.lock": [
        (11, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (13, "pkg:npm/jose@5.9.6", "5.9.6", "locked"),
    ],
    "bundler/Gemfile": [
        (4, "pkg:gem/jwt", "~> 2.8", ""),
        (5, "pkg:gem/bcrypt@3.1.20", "3.1.20", ""),
        (7, "pkg:gem/ruby-saml", ">= 1.15, < 2", ""),
        (10, "pkg:gem/net-ssh", None, "dev"),
        (12, "pkg:gem/ed25519", "~> 1.3", "dev"),
        (16, "pkg:gem/webauthn", None, "test"),
        (17, "pkg:gem/jose", None, ""),
    ],
    "bundler/Gemfile.lock": [
        (4, "pkg:gem/bcrypt@3.1.20", "3.1.20", "locked"),
        (6, "pkg:gem/json-jwt@1.16.6", "1.16.6", "locked"),
        (8, "pkg:gem/jwt@2.8.1", "2.8.1", "locked"),
    ],
    "bundler/thing.gemspec": [
        (4, "pkg:gem/openssl", ">= 3.0", ""),
        (5, "pkg:gem/jwt", "~> 2.5", ""),
        (6, "pkg:gem/rbnacl", None, "dev"),
    ],
    "cargo/Cargo.lock": [
        (5, "pkg:cargo/ring@0.17.14", "0.17.14", "locked"),
        (21, "pkg:cargo/rustls@0.23.27", "0.23.27", "locked"),
    ],
    "cargo/Cargo.toml": [
        (8, "pkg:cargo/ring", "0.17", ""),
        (9, "pkg:cargo/rustls", "0.23.27", ""),
        (10, "pkg:cargo/aws-lc-rs@1.13.1", "1.13.1", ""),
        (12, "pkg:cargo/openssl", "0.10", "optional"),
        (14, "pkg:cargo/ed25519_dalek", None, ""),
        (15, "pkg:cargo/sha2", None, ""),
        (18, "pkg:cargo/rcgen", "0.13", "dev"),
        (21, "pkg:cargo/schannel", "0.1", ""),
        (23, "pkg:cargo/openssl-sys", "0.9", "build"),
        (27, "pkg:cargo/sha2", ">=0.10, <0.12", "managed"),
        (29, "pkg:cargo/hyper-rustls", "0.27", ""),
    ],
    "carthage/Cartfile.resolved": [
        (1, "pkg:swift/github.com/krzyzanowskim/CryptoSwift@1.8.2", "1.8.2", "locked"),
    ],
    "cmake/CMakeLists.txt": [
        (3, "pkg:generic/openssl", ">=3.0", ""),
        (6, "pkg:generic/liboqs@0.12.0", "0.12.0", "optional"),
        (7, "pkg:generic/libgcrypt", None, ""),
        (7, "pkg:generic/libsodium", ">=1.0.18", ""),
    ],
    "cocoapods/Podfile": [
        (3, "pkg:cocoapods/CryptoSwift", "~> 1.8", ""),
        (4, "pkg:cocoapods/JOSESwift@2.4.0", "2.4.0", ""),
        (6, "pkg:cocoapods/ObjectivePGP", None, ""),
    ],
    "cocoapods/Podfile.lock": [
        (3, "pkg:cocoapods/BoringSSL-GRPC@0.0.32", "0.0.32", "locked"),
        (6, "pkg:cocoapods/CryptoSwift@1.8.2", "1.8.2", "locked"),
    ],
    "composer/composer.json": [
        (5, "pkg:composer/firebase/php-jwt", "^6.10", ""),
        (6, "pkg:composer/phpseclib/phpseclib@3.0.42", "3.0.42", ""),
        (7, "pkg:composer/web-token/jwt-library", "~3.4 || ^4.0", ""),
        (10, "pkg:composer/defuse/php-encryption", None, "dev"),
    ],
    "composer/composer.lock": [
        (5, "pkg:composer/firebase/php-jwt@6.10.2", "6.10.2", "locked"),
        (13, "pkg:composer/paragonie/sodium_compat", None, "dev"),
    ],
    "composer/vendor/composer/installed.json": [
        (4, "pkg:composer/phpseclib/phpseclib@3.0.42", "3.0.42", "installed"),
    ],
    "conan/conan.lock": [
        (4, "pkg:conan/openssl@3.2.0", "3.2.0", "locked"),
        (8, "pkg:conan/libcurl@8.9.1", "8.9.1", "build"),
    ],
    "conan/conanfile.py": [
        (7, "pkg:conan/openssl@3.5.0", "3.5.0", ""),
        (8, "pkg:conan/wolfssl@5.7.2", "5.7.2", "build"),
        (12, "pkg:conan/liboqs@0.12.0", "0.12.0", ""),
    ],
    "conan/conanfile.txt": [
        (2, "pkg:conan/openssl@3.2.0", "3.2.0", ""),
        (3, "pkg:conan/libsodium", ">=1.0.18 <2", ""),
        (11, "pkg:conan/mbedtls@3.6.0", "3.6.0", "test"),
    ],
    "conda/conda-lock.yml": [
        (3, "pkg:conda/openssl@3.5.4", "3.5.4", "locked"),
        (10, "pkg:pypi/pyjwt@2.8.0", "2.8.0", "dev"),
    ],
    "conda/conda-meta/openssl-3.5.4-h26f9b46_0.json": [
        (4, "pkg:conda/openssl@3.5.4", "3.5.4", "installed"),
    ],
    "conda/environment.yml": [
        (6, "pkg:conda/openssl", "=3.0.7", ""),
        (7, "pkg:conda/libsodium@1.0.18", "1.0.18", ""),
        (8, "pkg:conda/cryptography", ">=42,<46", ""),
        (11, "pkg:pypi/pyjwt@2.8.0", "2.8.0", ""),
        (13, "pkg:conda/liboqs", None, ""),
    ],
    "conda/meta.yaml": [
        (9, "pkg:conda/openssl", None, ""),
        (11, "pkg:conda/openssl", "3.0.*", ""),
        (12, "pkg:conda/pynacl@1.5.0", "1.5.0", ""),
        (15, "pkg:conda/nss", None, "test"),
    ],
    "cpan/META.json": [
        (6, "pkg:cpan/IO-Socket-SSL", ">=2.081", ""),
        (12, "pkg:cpan/Crypt-Argon2", None, "dev"),
    ],
    "cpan/cpanfile": [
        (2, "pkg:cpan/Crypt-OpenSSL-RSA", ">=0.33", ""),
        (3, "pkg:cpan/Net-SSLeay", None, ""),
        (4, "pkg:cpan/CryptX@0.080", "0.080", ""),
        (7, "pkg:cpan/Crypt-JWT", ">= 0.03, < 1", "test"),
        (9, "pkg:cpan/Net-SSH2", None, "optional"),
    ],
    "docker/Dockerfile": [
        (3, "pkg:docker/golang@1.24.3-alpine", "1.24.3", "build stage"),
        (4, "pkg:docker/node@22.11.0-slim", "22.11.0", "build stage"),
        (6, "pkg:docker/haproxy", "3.0.*", "build stage"),
        (7, "pkg:docker/httpd@2.4.62", "2.4.62", "build stage"),
        (10, "pkg:docker/nginx", None, "base image"),
        (14, "pkg:deb/openssl@3.0.19-1~deb12u2", "3.0.19-1~deb12u2", "installed by RUN"),
        (15, "pkg:deb/libssl-dev", None, "installed by RUN"),
        (15, "pkg:deb/openssh-client", None, "installed by RUN"),
        (18, "pkg:apk/libsodium", None, "installed by RUN"),
        (18, "pkg:apk/openssl", "~3.1", "installed by RUN"),
        (19, "pkg:rpm/openssl-libs", None, "installed by RUN"),
        (20, "pkg:pypi/cryptography@42.0.8", "42.0.8", "installed by RUN"),
        (20, "pkg:pypi/pyjwt", ">=2", "installed by RUN"),
        (22, "pkg:deb/stunnel4", None, "installed by RUN"),
        (22, "pkg:deb/libssl3", None, "installed by RUN"),
        (24, "pkg:rpm/openssl-libs@3.0.7-24.el9", "3.0.7-24.el9", "installed by RUN"),
        (26, "pkg:apk/nginx@1.26.2-r0", "1.26.2-r0", "installed by RUN"),
    ],
    "go/vendor/modules.txt": [
        (1, "pkg:golang/golang.org/x/crypto@v0.31.0", "v0.31.0", "installed"),
        (4, "pkg:golang/github.com/cloudflare/circl@v1.5.0", "v1.5.0", "installed"),
    ],
    "installed/app.jar/META-INF/MANIFEST.MF": [
        (3, "pkg:maven/org.bouncycastle/bcprov@1.81", "1.81", "installed"),
    ],
    "installed/app.jar/META-INF/maven/com.nimbusds/nimbus-jose-jwt/pom.properties": [
        (4, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", "installed"),
    ],
    "installed/node_modules/@noble/curves/package.json": [
        (2, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "installed"),
    ],
    "installed/node_modules/elliptic/dist/package.json": [],
    "installed/node_modules/elliptic/package.json": [
        (3, "pkg:npm/elliptic@6.5.7", "6.5.7", "installed"),
    ],
    "installed/site-packages/PyNaCl-1.5.0.dist-info/METADATA": [
        (2, "pkg:pypi/pynacl@1.5.0", "1.5.0", "installed"),
    ],
    "installed/site-packages/paramiko-2.12.0.egg-info/PKG-INFO": [
        (2, "pkg:pypi/paramiko@2.12.0", "2.12.0", "installed"),
    ],
    "installed/specifications/jwt-2.5.0.gemspec": [
        (5, "pkg:gem/jwt@2.5.0", "2.5.0", "installed"),
    ],
    "jvm/build.sbt": [
        (3, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78.1", "1.78.1", ""),
        (4, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.40", "9.40", "test"),
    ],
    "jvm/gradle.lockfile": [
        (3, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78.1", "1.78.1", "locked"),
        (4, "pkg:maven/org.conscrypt/conscrypt-openjdk-uber@2.5.2", "2.5.2", "test"),
    ],
    "jvm/ivy.xml": [
        (4, "pkg:maven/org.bouncycastle/bcprov-jdk15on@1.70", "1.70", ""),
        (5, "pkg:maven/com.jcraft/jsch", None, "test"),
    ],
    "luarocks/app-1.0-1.rockspec": [
        (5, "pkg:luarocks/luaossl", ">= 20160000", ""),
        (7, "pkg:luarocks/lua-resty-openssl@1.5.1-1", "1.5.1-1", ""),
    ],
    "meson/meson.build": [
        (3, "pkg:generic/openssl", ">=3.0,<4", "optional"),
        (4, "pkg:generic/libsodium", None, ""),
        (4, "pkg:generic/sodium", None, ""),
    ],
    "meson/subprojects/openssl.wrap": [
        (2, "pkg:generic/openssl@3.0.8", "3.0.8", ""),
    ],
    "mix/mix.exs": [
        (4, "pkg:hex/jose", "~> 1.11", ""),
        (5, "pkg:hex/bcrypt_elixir@3.1.0", "3.1.0", ""),
        (7, "pkg:hex/x509", "~> 0.8", "dev"),
        (8, "pkg:hex/cloak", None, ""),
    ],
    "mix/mix.lock": [
        (2, "pkg:hex/jose@1.11.6", "1.11.6", "locked"),
        (4, "pkg:hex/plug_crypto@2.0.0", "2.0.0", "locked"),
    ],
    "nuget/App.csproj": [
        (6, "pkg:nuget/BouncyCastle.Cryptography", ">=2.5.1", ""),
        (7, "pkg:nuget/System.IdentityModel.Tokens.Jwt@8.0.1", "8.0.1", ""),
        (10, "pkg:nuget/NSec.Cryptography", "24.*", "dev"),
        (13, "pkg:nuget/jose-jwt", None, ""),
    ],
    "nuget/App.deps.json": [
        (4, "pkg:nuget/BouncyCastle.Cryptography@2.5.1", "2.5.1", "installed"),
    ],
    "nuget/Directory.Packages.props": [
        (3, "pkg:nuget/jose-jwt", ">=5.1.0", "managed"),
    ],
    "nuget/Thing.nuspec": [
        (7, "pkg:nuget/Konscious.Security.Cryptography.Argon2", ">=1.3.1", ""),
    ],
    "nuget/packages.config": [
        (3, "pkg:nuget/Portable.BouncyCastle@1.9.0", "1.9.0", ""),
        (4, "pkg:nuget/SSH.NET@2024.1.0", "2024.1.0", "dev"),
    ],
    "nuget/packages.lock.json": [
        (5, "pkg:nuget/jose-jwt@5.1.0", "5.1.0", "locked"),
        (10, "pkg:nuget/System.Security.Cryptography.Cng@5.0.0", "5.0.0", "locked"),
    ],
    "pub/pubspec.lock": [
        (2, "pkg:pub/crypto@3.0.3", "3.0.3", "locked"),
        (9, "pkg:pub/pointycastle@3.9.1", "3.9.1", "locked"),
        (13, "pkg:pub/webcrypto@0.5.8", "0.5.8", "dev"),
    ],
    "pub/pubspec.yaml": [
        (6, "pkg:pub/crypto", "^3.0.3", ""),
        (7, "pkg:pub/pointycastle@3.9.1", "3.9.1", ""),
        (8, "pkg:pub/jose", None, ""),
        (9, "pkg:pub/dartssh2", ">=2.0.0 <3.0.0", ""),
        (12, "pkg:pub/sodium", None, ""),
        (15, "pkg:pub/cryptography", ">=2.5.0", "dev"),
    ],
    "rebar/rebar.config": [
        (3, "pkg:hex/jose@1.11.6", "1.11.6", ""),
    ],
    "rebar/rebar.lock": [
        (2, "pkg:hex/jose@1.11.6", "1.11.6", "locked"),
        (3, "pkg:hex/fast_tls@1.1.21", "1.1.21", "locked"),
    ],
    "swift/Package.resolved": [
        (6, "pkg:swift/github.com/apple/swift-crypto@3.10.0", "3.10.0", "locked"),
        (14, "pkg:swift/github.com/apple/swift-nio-ssl", None, "locked"),
    ],
    "swift/Package.swift": [
        (7, "pkg:swift/github.com/apple/swift-crypto", "^3.0.0", ""),
        (9, "pkg:swift/github.com/krzyzanowskim/CryptoSwift@1.8.2", "1.8.2", ""),
        (10, "pkg:swift/github.com/apple/swift-nio-ssl", ">=2.26.0,<3.0.0", ""),
        (11, "pkg:swift/github.com/vapor/jwt-kit", "~4.13.0", ""),
    ],
    "swift-v1/Package.resolved": [
        (6, "pkg:swift/github.com/apple/swift-crypto@1.1.7", "1.1.7", "locked"),
    ],
    "vcpkg/vcpkg.json": [
        (4, "pkg:vcpkg/openssl@3.0.8", "3.0.8", ""),
        (5, "pkg:vcpkg/libsodium", ">=1.0.18", ""),
        (6, "pkg:vcpkg/wolfssl", None, "build"),
        (9, "pkg:vcpkg/libssh", None, "optional"),
    ],
}

ALIASED = {
    ("npm/package.json", 10),
    ("npm/package-lock.json", 13),
    ("cargo/Cargo.toml", 10),
    ("installed/app.jar/META-INF/MANIFEST.MF", 3),
} | {("gradle/libs.versions.toml", line) for line in range(6, 10)}
"""Places where the manifest gives the package a name of its own."""


def row(finding):
    details = dict(finding.details)
    asset = finding.asset
    return finding.location.line, asset.get("purl"), asset.get("version"), details.get("scope", "")


def plainly(name):
    """Return a name without the differences that its ecosystem makes none of; Perl writes ``::`` in modules."""
    return name.lower().replace("::", "-").replace("_", "-")


def last_part(asset):
    name = asset.family.rsplit(":", 1)[-1]
    return name.rsplit("/", 1)[-1] if asset.get("purl").startswith("pkg:swift/") else name


@pytest.mark.parametrize("sample", EXPECTED)
def test_a_sample_gives_exactly_these_libraries(look, sample):
    """Nothing more, nothing less, at the lines of their names."""
    data = (SAMPLES / sample).read_bytes()
    findings, _ = look(sample, data)
    assert sorted(map(row, findings), key=str) == sorted(EXPECTED[sample], key=str)
    for finding in findings:
        assert finding.asset.kind is Kind.LIBRARY
        assert finding.technique is Technique.MANIFEST
        assert PackageURL.from_string(finding.asset.get("purl")).to_string() == finding.asset.get("purl")
        assert algorithms.name(finding.asset) == finding.asset.family == finding.location.symbol
        if (sample, finding.location.line) not in ALIASED:
            written = data[finding.location.offset :].split(b"\n", 1)[0].decode()
            assert plainly(written).startswith(plainly(last_part(finding.asset))), finding


def test_every_sample_is_expected():
    """A new sample without an expectation proves nothing."""
    files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()}
    assert files == set(EXPECTED)


def test_no_address_or_password_of_a_manifest_is_repeated(look):
    """Index addresses, direct references and repository URLs may hold credentials."""
    for sample in EXPECTED:
        said = repr(look(sample, (SAMPLES / sample).read_bytes()))
        for secret in ("hunter2", "s3cret", "user:", "token@", "https:", "example.invalid/"):
            assert secret not in said, (sample, secret)


def test_an_included_file_of_another_name_is_said_not_to_be_read(look):
    """``-r base.list`` is followed by pip and not by a scanner that goes by names."""
    _, diagnostics = look("requirements.txt", (SAMPLES / "pip/requirements.txt").read_bytes())
    assert [(d.line, d.skip) for d in diagnostics] == [(5, Skip.UNRESOLVED)]


def test_what_replaces_a_go_module_is_told(look):
    """By another version, or by a folder whose content has no version."""
    findings, _ = look("go.mod", (SAMPLES / "go/go.mod").read_bytes())
    told = {f.asset.family: dict(f.details).get("replaced-by") for f in findings if f.location.line < 14}
    assert told["golang.org/x/crypto"] == "golang.org/x/crypto v0.30.0"
    assert told["github.com/ProtonMail/go-crypto"] == "a local folder"
    assert told["github.com/golang-jwt/jwt/v5"] is None


def test_a_pinned_manifest_entry_and_its_lock_entry_are_one_component(look):
    """Same package URL, same version: the inventory merges them."""
    manifest, _ = look("requirements.txt", b"cryptography==42.0.8\n")
    lock, _ = look("poetry.lock", (SAMPLES / "poetry/poetry.lock").read_bytes())
    assert manifest[0].asset == lock[0].asset


@pytest.mark.parametrize(
    ("sample", "direct", "transitive"),
    [
        ("cargo/Cargo.lock", ["rustls"], ["ring"]),
        ("bundler/Gemfile.lock", ["bcrypt", "jwt"], ["json-jwt"]),
        (
            "npm/package-lock.json",
            ["elliptic"],
            ["@noble/curves", "@noble/secp256k1", "elliptic", "hash.js"],
        ),
        (
            "pnpm/pnpm-lock.yaml",
            ["elliptic"],
            ["@hapi/iron", "@noble/curves", "node-forge", "passport-jwt"],
        ),
        ("uv/uv.lock", ["paramiko"], ["cryptography"]),
        ("nuget/packages.lock.json", ["jose-jwt"], ["System.Security.Cryptography.Cng"]),
        ("pub/pubspec.lock", ["crypto", "webcrypto"], ["pointycastle"]),
        ("cocoapods/Podfile.lock", ["CryptoSwift"], ["BoringSSL-GRPC"]),
        ("rebar/rebar.lock", ["jose"], ["fast_tls"]),
        ("go/vendor/modules.txt", ["golang.org/x/crypto"], ["github.com/cloudflare/circl"]),
        ("poetry/poetry.lock", [], []),
    ],
)
def test_a_lock_file_says_what_the_project_asks_for_itself(look, sample, direct, transitive):
    """Where its notation tells; else nothing is said."""
    findings, _ = look(sample, (SAMPLES / sample).read_bytes())
    reached = [(dict(f.details).get("dependency"), f.asset.family) for f in findings]
    assert sorted(name for kind, name in reached if kind == "direct") == direct
    assert sorted(name for kind, name in reached if kind == "transitive") == transitive
