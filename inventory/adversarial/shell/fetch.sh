#!/bin/bash
# Fetches a page. Formerly with --ciphers RC4-SHA.
shopt -s expand_aliases
. ./common.sh

VERSION=1.2
OPTS="--insecure"
alias digest='sha256sum'
title="aes, rsa and md5 for beginners"

fetch() {
    curl --tlsv$VERSION -fsS "$1" -o page
    curl $OPTS -fsS "$1" -o other
    wget --secure-protocol=TLSv1_3 --no-check-certificate "$1"
}

verify() {
    echo "$2  $1" | sha1sum -c -
    cksum "$1"
    digest "$1"
}

password() {
    openssl passwd -6 -salt "$1" "$2"
    gpg --symmetric --cipher-algo AES256 --digest-algo SHA512 "$1"
}

printf '%s\n' "$title"
fetch https://example.org/des
verify page "$(page_sum page)"
