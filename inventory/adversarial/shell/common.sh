#!/bin/bash
# Shared settings. MD5 and 3DES are no longer offered.
ROOT_BITS=4096
DIGEST=sha384
KIND="${KEY_KIND:-ed25519}"
FAMILY=aes-256
CIPHER="$FAMILY-cbc"
SUM=sha512sum
md5_column="md5"
rsa_team="ada grace"

declare -A HELP=(
    [rsa]="RSA keys of 2048 bits"
    [des]="article"
)

page_sum() {
    "$SUM" "$1" | cut -d' ' -f1
}

tag() {
    openssl dgst "-$DIGEST" -hmac "$2" "$1"
}

salt() {
    head -c 16 /dev/urandom | base64
}

log() {
    echo "sha256: $*" >&2
}

encrypt() {
    # only a name: moves the page to the archive
    mv "$1" "archive/${HELP[des]}"
}
