{{- if .Values.tls }}
kind: ConfigMap
data:
  tls.conf: |-
    ssl_protocols {{ .Values.protocols }};
    ssl_ecdh_curve X25519;
{{- end }}
