/** PostgreSQL behind TLS: what comes is decrypted and handed on, under a certificate for 127.0.0.1 that nobody knows. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { makeCertificate } from './certificate.ts';

/** What a client sends that wants TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** @param url of a PostgreSQL on the loopback; @returns its URL, and its certificate as PEM */
export async function startTlsProxy(url: string): Promise<{ url: string; certificate: string; stop(): void }> {
  const { key, certificate } = makeCertificate();
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (first) => {
        if (!SSL_REQUEST.equals(first as Buffer)) return void socket.destroy();
        socket.write('S');
        const near = new TLSSocket(socket, { isServer: true, key, cert: certificate });
        const far = connect(Number(new URL(url).port), '127.0.0.1');
        near.on('error', () => far.destroy()).pipe(far);
        far.on('error', () => near.destroy()).pipe(near);
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String((server.address() as AddressInfo).port)];
  return { url: through.href, certificate, stop: () => void server.close() };
}
