export { default as algos } from './algos.cjs';
export * from './tokens.mjs';
export { argon2id as hashPassword } from 'hash-wasm';
export { x25519 as agreement, ed25519 as signer } from '@noble/curves/ed25519';
export { ml_kem768 as kem } from '@noble/post-quantum/ml-kem.js';

export const VERSION = '1.0';
export const universal = ['md5', 'sha1'];

/** Reads the header of a page. It does not decrypt AES-128-CBC. */
export function readHeader(page) {
  // no md5 either
  console.log('header of an rsa-sha256 page');
  return page.split('\n')[0];
}
