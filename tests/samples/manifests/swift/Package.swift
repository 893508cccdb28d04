// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "CryptoSwift",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", from: "3.0.0"),
        // .package(url: "https://github.com/apple/swift-nio-ssh.git", from: "0.8.0"),
        .package(url: "https://user:hunter2@github.com/krzyzanowskim/CryptoSwift", exact: "1.8.2"),
        .package(url: "git@github.com:apple/swift-nio-ssl.git", "2.26.0"..<"3.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", .upToNextMinor(from: "4.13.0")),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.5.0"),
        .package(path: "../Sodium"),
    ]
)
