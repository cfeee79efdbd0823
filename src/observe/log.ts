/** The log: pino, JSON on stdout, with every token redacted. */
import { pino, type Logger } from 'pino';

export type { Logger };

/** @param level a pino level; @param destination where lines go (stdout unless a test asks) */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['token', '*.token', 'authorization', '*.authorization', 'req.headers', 'secret', '*.secret'],
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
