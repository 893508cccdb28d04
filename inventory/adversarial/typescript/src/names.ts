// Names of algorithms. The old ones (MD5, RC4, 3DES) are gone.
import type { SecureVersion } from 'tls';

export enum Digest {
  Page = 'sha256',
  Archive = 'sha3-512',
}

export const Sealing = {
  name: 'AES-GCM',
  length: 256,
} as const;

export type Alg = 'HS256' | 'RS256' | 'none';

export interface Options {
  md5?: string;
  rsaTeam: string[];
}

export const LOWEST: SecureVersion = 'TLSv1.3';
export const ISSUER_ALG: string = process.env.ISSUER_ALG ?? 'ES512';
export const SIGNER = 'RSA-' + 'SHA384';
export const help: Record<string, string> = {
  aes: 'symmetric, 128 bits',
  des: 'article',
};

export { pbkdf2 as stretch } from '@noble/hashes/pbkdf2';
export { sha512 as pageHash } from '@noble/hashes/sha2';
export { hkdf } from '@noble/hashes/hkdf';
