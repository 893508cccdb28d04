import { createHash, createHmac as hmacOf, createSign, generateKeyPairSync, randomUUID as uid } from 'crypto';
import type { KeyObject } from 'crypto';
import * as names from './names';
import { Digest, hkdf, pageHash, Sealing, stretch } from './names';
import { gcm } from '@noble/ciphers/aes';

type Hasher = (data: Uint8Array) => Uint8Array;

abstract class Base {
  protected abstract readonly mac: string;
  protected readonly curve = 'P-384';

  /** Tags a page; HMAC-MD5 was used before. */
  tag(key: Buffer, page: string): string {
    return hmacOf(this.mac, key).update(page).digest('hex');
  }
}

export class Vault extends Base {
  protected readonly mac = 'sha384';
  private bits!: number;
  private readonly hash: Hasher = pageHash;

  configure(): this {
    this.bits = 4096;
    return this;
  }

  root() {
    return generateKeyPairSync('rsa', { modulusLength: this.bits });
  }

  device() {
    return generateKeyPairSync('ec', { namedCurve: this.curve });
  }

  sign(key: KeyObject, text: string): Buffer {
    return createSign(names.SIGNER).update(text).sign(key);
  }

  sum(data: Uint8Array): Uint8Array {
    return this.hash(data);
  }

  archiveName(text: string): string {
    console.debug('md5 of archive', uid());
    return createHash(Digest.Archive).update(text).digest('hex');
  }

  boxKey(secret: Uint8Array) {
    return gcm(hkdf(pageHash, secret, undefined, 'box', 32), new Uint8Array(12));
  }

  login(password: string, salt: Uint8Array) {
    return stretch(pageHash, password, salt, { c: 210_000, dkLen: 32 });
  }
}

export async function webKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(Sealing, false, ['encrypt', 'decrypt']);
}
