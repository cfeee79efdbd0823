/** What kept a command from starting that whoever started it can mend: told in a sentence, without a stack. */

interface Fault {
  code?: unknown;
  syscall?: string;
  message?: string;
  address?: string;
  port?: number;
}

const NO_DATABASE =
  /^(ECONN\w+|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|28\w{3}|3D\w{3}|53\w{3}|57P\w{2})$/;

/** @param error what was thrown; @returns null for what is a fault of ours */
export function startFault(error: unknown): string | null {
  const { code, syscall, message, address, port } = error as Fault;
  if (typeof code !== 'string') return null;
  if (syscall === 'listen') {
    const why = { EADDRINUSE: 'another program listens there already', EACCES: 'this user may not' }[code] ?? code;
    return `Cannot listen on ${address}:${port}: ${why}. PORT and HOST say where to listen; PORT=0 picks a free port.`;
  }
  if (NO_DATABASE.test(code))
    return `The database cannot be used: ${code} ${message}. \`roundtable doctor\` looks at what is configured.`;
  return null;
}
