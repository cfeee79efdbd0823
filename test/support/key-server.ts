/** An identity provider's key server on the loopback: RS256 and ES256 keys, which a test adds, and signs tokens with. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

export interface TestKey {
  kid: string;
  algorithm: 'RS256' | 'ES256';
  publicKey: KeyObject;
  sign(claims: object, options?: jwt.SignOptions): string;
}

export interface KeyServer {
  url: string;
  /** How often the keys were asked for. */
  asked: number;
  publish(...keys: TestKey[]): void;
  /** Answers 500 until it is told otherwise. */
  broken: boolean;
  stop(): Promise<void>;
}

export function makeKey(kid: string, algorithm: TestKey['algorithm']): TestKey {
  const pair =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    kid,
    algorithm,
    publicKey: pair.publicKey,
    sign: (claims, options) => jwt.sign(claims, pair.privateKey, { algorithm, keyid: kid, ...options }),
  };
}

export async function startKeyServer(): Promise<KeyServer> {
  let published: TestKey[] = [];
  const server = createServer((_, answer) => {
    keyServer.asked += 1;
    const keys = published.map(({ kid, algorithm, publicKey }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg: algorithm,
      use: 'sig',
    }));
    answer.writeHead(keyServer.broken ? 500 : 200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    asked: 0,
    broken: false,
    publish: (...keys) => (published = keys),
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return keyServer;
}
