// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice Helpers; sha1 and md5 do not exist here.
library Hashes {
    bytes32 internal constant PAGE_TYPE = keccak256("Page(uint256 id,bytes32 sum)");
    address internal constant SHA2 = address(0x02);
    string internal constant TITLE = "RSA-2048 and ecrecover explained";

    function leaf(bytes memory data) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(PAGE_TYPE, data));
    }

    function old(bytes memory data) internal pure returns (bytes20) {
        return ripemd160(data);
    }

    // Calls the precompile of SHA-256.
    function raw(bytes memory data) internal view returns (bytes32 out) {
        (bool ok, bytes memory result) = SHA2.staticcall(data);
        require(ok, "sha256 failed");
        out = abi.decode(result, (bytes32));
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32 value) {
        assembly {
            mstore(0x00, a)
            mstore(0x20, b)
            value := keccak256(0x00, 0x40)
        }
    }
}

function pageSum(string memory text) pure returns (bytes32) {
    return sha256(bytes(text));
}
