external_url "https://git.bank.example"
# nginx['ssl_protocols'] = "TLSv1"
nginx['ssl_protocols'] = "TLSv1.2 TLSv1.3"
nginx['ssl_ciphers'] = 'ECDHE-RSA-AES128-GCM-SHA256:!aNULL' # a comment
nginx['ssl_certificate'] = "/etc/gitlab/ssl/canary.crt"
gitlab_rails['ldap_password'] = "canary"
