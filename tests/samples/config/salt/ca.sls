{% set pki = pillar['pki'] %}
{{ pki }}/ca.key:
  x509.private_key_managed:
    - keysize: 3072
{{ pki }}/leaf.key:
  x509.private_key_managed:
    - algo: ec
    - keysize: 256
{{ pki }}/ca.crt:
  x509.certificate_managed:
    - CN: ca.bank.example
    - managed_private_key:
        name: {{ pki }}/ca.key
        bits: 4096
other:
  file.managed:
    - bits: 2048
