"""A setup script that must never be run."""

import os

from setuptools import setup

os.abort()

REQUIRES = [
    "cryptography>=2.5",
    "six",
    "pynacl" ,
]

setup(
    name="rsa",
    install_requires=REQUIRES,
    tests_require=["trustme"],
    extras_require={
        "jwt": ["PyJWT==2.8.0"],
        "old": REQUIRES + ["pycrypto"],
    },
)
