// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker as Checker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {RSA} from "@openzeppelin/contracts/utils/cryptography/RSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Hashes} from "./Hashes.sol";

/// @title Annual Ether Statement, called AES; no cipher anywhere
contract AES {
    function encrypt(uint256 amount) external pure returns (uint256) {
        return amount / 12;
    }
}

contract Passkey is EIP712("Passkey", "1") {
    function passkey(bytes32 sum, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool) {
        return P256.verify(sum, r, s, x, y);
    }

    function legacy(bytes memory data, bytes memory s, bytes memory e, bytes memory n) external view returns (bool) {
        return RSA.pkcs1Sha256(data, s, e, n);
    }

    function member(bytes32[] calldata proof, bytes32 root, bytes calldata page) external pure returns (bool) {
        return MerkleProof.verify(proof, root, Hashes.leaf(page));
    }

    function old(bytes calldata page) external pure returns (bytes20) {
        return Hashes.old(page);
    }

    function typed(address signer, bytes32 sum, bytes calldata sig) external view returns (bool) {
        bytes32 inner = _hashTypedDataV4(sum);
        return Checker.isValidSignatureNow(signer, inner, sig);
    }

    function selector() external pure returns (bytes4) {
        return this.passkey.selector;
    }
}
