'use strict';
// md5 and des are history
const crypto = require('crypto');

const { randomBytes } = crypto;

const prefix = 'aes-256';
const MODES = Object.freeze({
  SEAL: `${prefix}-gcm`,
  LEGACY: [prefix, 'cbc'].join('-'),
});

const HASHES = {
  page: () => crypto.createHash('sha3-256'),
  etag: () => crypto.createHash('sha1'),
};

const DESCRIPTIONS = {
  rsa: 'RSA keys of 2048 bits',
  des: 'article indéfini',
  crypto: 'Bitcoin, Ether and others',
};

function digest(data, name = 'sha512') {
  return crypto.createHash(name).update(data).digest('hex');
}

module.exports = {
  MODES,
  HASHES,
  DESCRIPTIONS,
  digest,
  randomBytes,
  MAC: 'sha384',
  ROOT: { kind: 'rsa', modulusLength: 3072, publicExponent: 0x10001 },
  TOKEN_ALGS: ['RS512'],
};
