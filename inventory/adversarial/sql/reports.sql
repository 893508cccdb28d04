-- MySQL 8. The column md5 is historical.
SET block_encryption_mode = 'aes-256-cbc';
SET @bits = 512;
SET @salt = RANDOM_BYTES(16);

CREATE TABLE report (
    id INT PRIMARY KEY,
    sha1 VARCHAR(64) COMMENT 'SHA2-256 in truth',
    aes_encrypt_count INT DEFAULT 0
);

SELECT SHA2(title, @bits) FROM book;
SELECT AES_ENCRYPT(title, UNHEX(SHA2('pw', 256)), @salt) FROM book;
SELECT CRC32(title), RAND(), 'MD5(title)' FROM book;
CREATE USER 'ada' IDENTIFIED WITH caching_sha2_password BY 'pw' REQUIRE SSL;

DELIMITER //
CREATE FUNCTION page_sum(body TEXT) RETURNS CHAR(40) DETERMINISTIC
BEGIN
    -- was MD5(body)
    RETURN SHA1(body);
END //
DELIMITER ;

UPDATE report SET sha1 = page_sum('page'), aes_encrypt_count = aes_encrypt_count + 1;
SELECT sha1, aes_encrypt_count FROM report WHERE sha1 <> 'des';
