/** A certificate for 127.0.0.1 that nobody knows, made anew in each process (RFC 5280, in DER). */
import { generateKeyPairSync, sign } from 'node:crypto';

const [BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, UTF8_STRING, UTC_TIME, TIME, SEQUENCE, SET] = [
  1, 2, 3, 4, 6, 12, 23, 24, 48, 49,
];
const [VERSION, EXTENSIONS, IP_ADDRESS] = [0xa0, 0xa3, 0x87];

function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const size = body.byteLength;
  return Buffer.concat([Buffer.from(size < 128 ? [tag, size] : [tag, 0x82, size >> 8, size & 255]), body]);
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const pem = (what: string, body: Buffer) =>
  `-----BEGIN ${what}-----\n${body.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${what}-----\n`;

/** @returns PEM */
export function makeCertificate(): { key: string; certificate: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, der(OID, bytes('2a8648ce3d040302'))); // ECDSA with SHA-256
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, bytes('550403')), der(UTF8_STRING, 'localhost'))));
  const extension = (oid: string, value: Buffer) =>
    der(SEQUENCE, der(OID, bytes(oid)), der(OCTET_STRING, der(SEQUENCE, value)));
  const signed = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, bytes('02'))),
    der(INTEGER, bytes('01')),
    algorithm,
    name,
    der(SEQUENCE, der(UTC_TIME, '200101000000Z'), der(TIME, '21200101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      EXTENSIONS,
      der(
        SEQUENCE,
        extension('551d11', der(IP_ADDRESS, bytes('7f000001'))),
        extension('551d13', der(BOOLEAN, bytes('ff'))),
      ),
    ),
  );
  const signature = der(BIT_STRING, bytes('00'), sign('sha256', signed, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem('CERTIFICATE', der(SEQUENCE, signed, algorithm, signature)),
  };
}
