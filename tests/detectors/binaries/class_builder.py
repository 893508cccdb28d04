"""Assemble small Java class files (JVMS chapter 4), so that tests need no compiler."""

import struct


class ClassBuilder:
    """A class with one static method ``run``."""

    def __init__(self, name: str = "a/Sample") -> None:
        self.pool: list[bytes] = []
        self.name = name

    def add(self, entry: bytes) -> int:
        if entry not in self.pool:
            self.pool.append(entry)
        return self.pool.index(entry) + 1

    def utf8(self, text: str) -> int:
        raw = text.encode()
        return self.add(b"\x01" + struct.pack(">H", len(raw)) + raw)

    def type_(self, name: str) -> int:
        return self.add(b"\x07" + struct.pack(">H", self.utf8(name)))

    def string(self, text: str) -> int:
        return self.add(b"\x08" + struct.pack(">H", self.utf8(text)))

    def method(self, owner: str, name: str, descriptor: str) -> int:
        pair = self.add(b"\x0c" + struct.pack(">HH", self.utf8(name), self.utf8(descriptor)))
        return self.add(b"\x0a" + struct.pack(">HH", self.type_(owner), pair))

    def build(self, code: bytes) -> bytes:
        name, parent = self.type_(self.name), self.type_("java/lang/Object")
        run, descriptor, code_name = self.utf8("run"), self.utf8("()V"), self.utf8("Code")
        body = struct.pack(">HHI", 16, 16, len(code)) + code + struct.pack(">HH", 0, 0)
        attribute = struct.pack(">HI", code_name, len(body)) + body
        method = struct.pack(">HHHH", 0x0008, run, descriptor, 1) + attribute
        pool = struct.pack(">H", len(self.pool) + 1) + b"".join(self.pool)
        head = b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 65) + pool
        return head + struct.pack(">HHHHH", 0x21, name, parent, 0, 0) + struct.pack(">H", 1) + method + bytes(2)
