from conan import ConanFile


class App(ConanFile):
    name = "botan"
    version = "1.0"
    requires = "openssl/3.5.0", "zlib/1.3"
    tool_requires = ("wolfssl/5.7.2",)

    def requirements(self):
        # self.requires("nss/3.9")
        self.requires("liboqs/0.12.0", transitive_headers=True)
        self.requires(f"botan/{self.version}")
