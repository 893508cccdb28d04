import { SignJWT as Builder, jwtVerify } from 'jose';
import algos from './algos.cjs';

const DEFAULTS = { alg: 'PS256', typ: 'JWT' };

export class Tokens {
  constructor(key, alg = 'EdDSA') {
    this.key = key;
    this.alg = alg;
  }

  sign(claims) {
    return new Builder(claims)
      .setProtectedHeader({ alg: this.alg })
      .sign(this.key);
  }

  legacy(claims) {
    return new Builder(claims).setProtectedHeader(DEFAULTS).sign(this.key);
  }

  check(text) {
    return jwtVerify(text, this.key, { algorithms: algos.TOKEN_ALGS });
  }
}

export const rsa_team = (n) => Math.floor(Math.random() * n);
