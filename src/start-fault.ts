/** What kept a command from starting that whoever started it can mend: told in a sentence, without a stack. */

interface Fault {
  code?: string;
  syscall?: string;
  message?: string;
  address?: string;
  port?: number;
  path?: string;
}

/** Codes of the socket, of TLS, and of PostgreSQL: connection, a standby, who may, which database, resources, shutdown. */
const NO_DATABASE =
  /^(ECONN\w+|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPROTO|ERR_(TLS|SSL)_\w+|(CERT|UNABLE)_\w+|\w*SELF_SIGNED_CERT\w*|08\w{3}|25006|28\w{3}|3D\w{3}|53\w{3}|57P\w{2})$/;
/** What the driver says without a code: of a server that stays mute or hangs up, or that knows no TLS. */
const NO_ANSWER = /^(Connection terminated|timeout exceeded when|Query read timeout|The server does not support SSL)/;

const NOT_LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EACCES: 'this user may not',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'nobody knows that name',
};

/** @param error what was thrown; @returns null for what is a fault of ours */
export function startFault(error: unknown): string | null {
  const { code = '', syscall, message = '', address, port, path } = error as Fault;
  if (syscall === 'listen') {
    const why = NOT_LISTENING[code] ?? code;
    return `Cannot listen on ${address}:${port}: ${why}. PORT and HOST say where to listen; PORT=0 picks a free port.`;
  }
  // A certificate that `DATABASE_URL` names is read before anything is asked.
  if (syscall === 'open') return `Cannot open ${path}: ${code}. DATABASE_URL may name it, as \`sslrootcert\`.`;
  if (!NO_DATABASE.test(code) && !(code === '' && NO_ANSWER.test(message))) return null;
  const words = `${code} ${message}`.trim();
  return `The database cannot be used: ${words}. \`roundtable doctor\` looks at what is configured.`;
}
