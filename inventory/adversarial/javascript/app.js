import nodeCrypto, { createHmac as mac, generateKeyPairSync, scryptSync } from 'node:crypto';
import * as https from 'https';
import tls from 'node:tls';
import bcrypt from 'bcryptjs';
import algos, { MODES, randomBytes as noise } from './lib/algos.cjs';
import { agreement, kem, Tokens } from './lib/index.js';

const { constants, publicEncrypt } = nodeCrypto;
const HOST_OPTIONS = { rejectUnauthorized: false, minVersion: 'TLSv1.2' };
const subtle = globalThis.crypto.subtle;

class AES {
  // Annual Employee Survey
  encrypt(answers) { return answers.join(';'); }
}

export function seal(key, text) {
  const iv = noise(12);
  const cipher = nodeCrypto.createCipheriv(MODES.SEAL, key, iv);
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

export function open(key, iv, data) {
  return nodeCrypto.createDecipheriv(MODES.LEGACY, key, iv).update(data);
}

export const tag = (key, data) => mac(algos.MAC, key).update(data).digest();

export function rootKey() {
  return generateKeyPairSync(algos.ROOT.kind, algos.ROOT);
}

export function wrap(key, secret) {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key, padding, oaepHash: 'sha256' }, secret);
}

export async function webKey(password, salt) {
  const params = { name: 'PBKDF2', hash: 'SHA-512', iterations: 220000, salt };
  const base = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveKey']);
  return subtle.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, true, ['encrypt']);
}

export function session(key, password) {
  const socket = tls.connect(443, 'db.example', HOST_OPTIONS);
  const { publicKey } = kem.keygen();
  const shared = agreement.getSharedSecret(key, publicKey.slice(0, 32));
  const sum = algos.digest(shared);
  console.log(`sha256 ${sum}`, new AES().encrypt(['md5']), scryptSync.name);
  https.get('https://example.org/des');
  return [bcrypt.hashSync(password, 12), new Tokens(key), socket];
}
