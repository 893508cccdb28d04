-- Loads pages; run after schema.sql. Does not use aes-128-ecb.
\i schema.sql

INSERT INTO page (md5, crypto, des)
SELECT encode(sha256(convert_to('page', 'UTF8')), 'hex'),
       'BTC',
       'article';

UPDATE page
   SET md5 = encode(page_tag(md5, 'key'), 'hex'),
       des = encode(fingerprint('des'), 'hex')
 WHERE rsa_team = 'sha1';

SELECT seal('page', gen_random_bytes(32), gen_random_bytes(16));
SELECT hash_password('secret') AS stored;
SELECT md5(rsa_team) = md5 AS same FROM page;
SELECT digest(des, CASE WHEN crypto = 'BTC' THEN 'sha256' ELSE 'sha1' END) FROM page;

SET password_encryption = 'scram-sha-256';
ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.2';
SELECT 'RSA-2048 and SHA-512' AS title;
