"""A payment message with its signature beside it: one credit transfer in the manner of ISO 20022 pacs.008.

The message is of this program's own making: element names as in pacs.008, invented parties and amounts, no
scheme's rules. Signed is the UTF-8 text as it stands; XML canonicalization is left out, since it costs every
algorithm the same. The signature travels in base64, as every text channel needs it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from pqc_migrate.bench.scheme import Call

_PARTY = """\
      <{tag}>
        <Nm>{name}</Nm>
        <PstlAdr><StrtNm>{street}</StrtNm><BldgNb>{number}</BldgNb><PstCd>{code}</PstCd>\
<TwnNm>{town}</TwnNm><Ctry>CN</Ctry></PstlAdr>
        <Id><OrgId><LEI>{lei}</LEI></OrgId></Id>
      </{tag}>
      <{tag}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{tag}Acct>
      <{tag}Agt><FinInstnId><BICFI>{bic}</BICFI><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId>\
<MmbId>{member}</MmbId></ClrSysMmbId></FinInstnId></{tag}Agt>"""
_MESSAGE = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
  <FIToFICstmrCdtTrf>
    <GrpHdr>
      <MsgId>EXMPCNBJ2026063000{number:012d}</MsgId>
      <CreDtTm>2026-06-30T09:30:00+08:00</CreDtTm>
      <NbOfTxs>1</NbOfTxs>
      <SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>
      <InstgAgt><FinInstnId><BICFI>EXMPCNBJXXX</BICFI></FinInstnId></InstgAgt>
      <InstdAgt><FinInstnId><BICFI>SMPLCNSHXXX</BICFI></FinInstnId></InstdAgt>
    </GrpHdr>
    <CdtTrfTxInf>
      <PmtId>
        <InstrId>INSTR{number:012d}</InstrId>
        <EndToEndId>E2E-2026-06-{number:012d}</EndToEndId>
        <UETR>7f6b2c1a-3d4e-4f50-8a6b-{number:012x}</UETR>
      </PmtId>
      <PmtTpInf><SvcLvl><Cd>URGP</Cd></SvcLvl><CtgyPurp><Cd>SUPP</Cd></CtgyPurp></PmtTpInf>
      <IntrBkSttlmAmt Ccy="CNY">{amount:012.2f}</IntrBkSttlmAmt>
      <IntrBkSttlmDt>2026-06-30</IntrBkSttlmDt>
      <ChrgBr>SHAR</ChrgBr>
{debtor}
{creditor}
      <Purp><Cd>GDDS</Cd></Purp>
      <RmtInf><Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp>\
<Nb>INV-{number:012d}</Nb><RltdDt>2026-06-15</RltdDt></RfrdDocInf></Strd></RmtInf>
    </CdtTrfTxInf>
  </FIToFICstmrCdtTrf>
</Document>
"""
_DEBTOR = {
    "tag": "Dbtr", "name": "示例制造有限公司 Example Manufacturing Co., Ltd.", "street": "示例路", "number": "100",
    "code": "100000", "town": "北京", "lei": "0000EXAMPLE000000001", "account": "0200000000000000001",
    "bic": "EXMPCNBJXXX", "member": "000000000001",
}  # fmt: skip
_CREDITOR = {
    "tag": "Cdtr", "name": "样本贸易有限公司 Sample Trading Co., Ltd.", "street": "样本街", "number": "200",
    "code": "200000", "town": "上海", "lei": "0000SAMPLE0000000001", "account": "0300000000000000002",
    "bic": "SMPLCNSHXXX", "member": "000000000002",
}  # fmt: skip

# The recommended curve of GB/T 32918.5: a, b and the base point enter Z.
_SM2_A = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"
_SM2_B = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
_SM2_G = (
    "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
    "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"
)
SM2_ID = b"1234567812345678"
"""The signer's identity where none was agreed (GM/T 0009-2012)."""


def message(number: int) -> bytes:
    """Return one message; all are equally long and different."""
    debtor, creditor = _PARTY.format(**_DEBTOR), _PARTY.format(**_CREDITOR)
    amount = 100_000 + (number * 7919) % 800_000 + 0.25
    return _MESSAGE.format(number=number, amount=amount, debtor=debtor, creditor=creditor).encode()


def with_signature(content: bytes, signature: bytes) -> int:
    """Return the bytes of the message with its signature in base64."""
    return len(content) + len(base64.b64encode(signature))


def sm2_z(module: Any, public: bytes) -> bytes:
    """Return Z, the digest of the signer's identity, the curve and the public key.

    GB/T 32918.2; draft-shen-sm2-ecdsa-02 section 5.1.4.4.
    """
    bits = (8 * len(SM2_ID)).to_bytes(2, "big")
    digest: bytes = module.sm3_hash(bits + SM2_ID + bytes.fromhex(_SM2_A + _SM2_B + _SM2_G) + public)
    return digest


class Sm2:
    """SM2 over whole messages: SM3 of Z and the message is in the time, Z itself is kept with the key.

    `sm2_sign` of gmssl-pyx would do the same, but builds a table of multiples on each call.
    """

    def __init__(self, module: Any, keys: int) -> None:
        self._module = module
        self.keys = [module.sm2_key_generate() for _ in range(keys)]
        self._z = [sm2_z(module, public) for public, _ in self.keys]

    def sign(self, key: int, content: bytes) -> bytes:
        """Return the signature in DER by the key of this place."""
        digest = self._module.sm3_hash(self._z[key] + content)
        signature: bytes = self._module.sm2_sign_sm3_digest(self.keys[key][1], digest)
        return signature

    def verify(self, key: int, content: bytes, signature: bytes) -> bool:
        """Return whether the signature is by the key of this place over this content."""
        digest = self._module.sm3_hash(self._z[key] + content)
        return bool(self._module.sm2_verify_sm3_digest(self.keys[key][0], digest, signature))

    def calls(self, contents: Sequence[bytes], signatures: int) -> tuple[Call, Call]:
        """Return signing and verifying, ready to be timed."""
        jobs = list(zip(cycle(range(len(self.keys))), contents, strict=False))
        verify = [(key, content, self.sign(key, content)) for key, content in jobs[:signatures]]
        return Call(self.sign, jobs, bool), Call(self.verify, verify, bool)
