-- PostgreSQL. Passwords were MD5 until 2019.
CREATE EXTENSION IF NOT EXISTS pgcrypto;

\set page_digest 'sha512'
\set seal_options 'cipher-algo=aes256, compress-algo=1'

CREATE TABLE page (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    md5 text,
    rsa_team text DEFAULT 'aes-256',
    crypto char(3) NOT NULL,
    des text
);

COMMENT ON COLUMN page.md5 IS 'SHA-256 of the page, despite the name';

CREATE OR REPLACE FUNCTION page_tag(body text, key text) RETURNS bytea AS $$
DECLARE
    alg constant text := 'sha' || '384';
BEGIN
    RAISE NOTICE 'tagging with hmac sha1';
    RETURN hmac(body, key, alg);
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION fingerprint(body bytea, alg text DEFAULT 'sha224') RETURNS bytea AS $$
    SELECT digest(body, alg);
$$ LANGUAGE sql;

CREATE FUNCTION seal(body bytea, key bytea, iv bytea) RETURNS bytea
    LANGUAGE sql AS $$ SELECT encrypt_iv(body, key, iv, 'aes-cbc/pad:pkcs') $$;

CREATE FUNCTION hash_password(pw text) RETURNS text AS $$
    SELECT crypt(pw, gen_salt('bf', 12));
$$ LANGUAGE sql;

SELECT digest('page', :'page_digest');
SELECT pgp_sym_encrypt('page', 'pw', :'seal_options');
SELECT hashtext('sha256') AS bucket, random() AS universal;
