#!/usr/bin/env bash
set -euo pipefail
. ./common.sh

OPENSSL=${OPENSSL:-openssl}
ROUNDS=250000
curves="prime256v1 secp384r1"
universal=$RANDOM

usage() {
    cat <<EOF
usage: $0 [--rsa] [--des]
  Signs pages with RSA-4096 and SHA-512, see openssl dgst -sha512.
EOF
}

root() {
    "$OPENSSL" genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:"$ROOT_BITS" -out root.pem
    $OPENSSL req -x509 -new -key root.pem "-$DIGEST" -subj /CN=root -out root.crt
}

devices() {
    for curve in $curves; do
        openssl ecparam -name "$curve" -genkey -noout -out "$curve.pem"
    done
    ssh-keygen -q -t "$KIND" -N '' -f device
}

seal() {
    openssl enc "-$CIPHER" -pbkdf2 -iter "$ROUNDS" -md sha256 -in "$1" -out "$1.enc" -pass env:PW
}

sign() {
    openssl pkeyutl -sign -inkey root.pem -rawin -digest sha256 -in "$1" -pkeyopt rsa_padding_mode:pss -out "$1.sig"
}

shangmi() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out sm2.pem
    openssl dgst -sm3 "$1"
}

main() {
    usage
    root
    devices
    log "universal $universal, $(page_sum root.crt)"
    tag root.crt "$(salt)"
    encrypt root.crt
    uuidgen
}
main "$@"
