default['nginx']['ssl_protocols'] = 'TLSv1.1 TLSv1.2'
default['nginx']['ssl_ciphers'] = 'EECDH+AESGCM:!RC4'
if node['nginx']['ssl_ciphers'] == 'RC4'
end
