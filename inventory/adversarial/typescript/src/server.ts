import https from 'node:https';
import { verify as check, sign, type Algorithm } from 'jsonwebtoken';
import argon2 from 'argon2';
import { LOWEST, ISSUER_ALG } from './names';
import { Vault } from './vault';

const ACCEPTED: Algorithm[] = [
  'RS256',
  'PS512',
];

/** American English Spelling: a checker of texts, not the cipher. */
export class AES {
  decrypt(word: string): string {
    return word.replace('colour', 'color');
  }
}

export function issue(claims: object, key: string, internal: boolean): string {
  return internal
    ? sign(claims, key, { algorithm: 'HS384' })
    : sign(claims, key, { algorithm: ISSUER_ALG as Algorithm });
}

export function read(text: string, key: string) {
  return check(text, key, { algorithms: ACCEPTED });
}

export async function serve(cert: string, key: string, password: string): Promise<void> {
  const agent = new https.Agent({ rejectUnauthorized: false });
  https.createServer({ cert, key, minVersion: LOWEST }).listen(443);
  const stored = await argon2.hash(password, { type: argon2.argon2id });
  const sum = new Vault().configure().sum(Buffer.from(stored));
  console.log(`rsa-sha256 ${sum} ${Math.random()}`, agent.protocol);
  const universal = crypto.getRandomValues(new Uint8Array(8));
  console.log(new AES().decrypt(String(universal)));
}
