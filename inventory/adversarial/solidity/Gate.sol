// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ECDSA as Signatures} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol" as Utils;
import {Hashes, pageSum as sumOf} from "./Hashes.sol";

contract Gate {
    using Signatures for bytes32;
    using Hashes for bytes;

    uint256 public des;
    string public md5 = "aes-256";
    mapping(address => bool) public rsaTeam;

    event Signed(bytes32 sha256Sum, string note);
    error KeccakMismatch();

    function recover(bytes32 sum, bytes calldata sig) public pure returns (address) {
        bytes32 wrapped = Utils.MessageHashUtils.toEthSignedMessageHash(sum);
        return wrapped.recover(sig);
    }

    function check(bytes32 sum, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        return rsaTeam[ecrecover(sum, v, r, s)];
    }

    function accept(bytes calldata page, string calldata text, bytes calldata sig) external {
        bytes32 sum = page.leaf();
        bytes32 other = sumOf(text);
        if (!rsaTeam[Signatures.recover(sum, sig)]) revert KeccakMismatch();
        emit Signed(Hashes.pair(sum, other), "signed, was sha1");
        des = uint256(Hashes.raw(page)) % 7;
    }

    // Not random, and not keccak256.
    function universal() external view returns (uint256) {
        return block.prevrandao % 6;
    }
}
