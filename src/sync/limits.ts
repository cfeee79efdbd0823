/** How much one socket, one document and one person may take. The contract's values; a test may make them small. */
import type { Limits } from '../config.ts';

export interface SyncLimits extends Omit<Limits, 'maxParticipants'> {
  /** Documents on one socket (4429). */
  maxDocumentsPerSocket: number;
  /** Frames per second that a socket may send for long, and how many at once (4429). */
  framesPerSecond: number;
  frameBurst: number;
  /** How long a socket may stay without anybody admitted on it, or to a document that something is kept for, ms (4408). */
  admissionTimeout: number;
  /**
   * A socket that is silent is sent a ping this often, ms, and after so long it is dead (4408): found within 15 s. One
   * of which the network takes nothing for so long does not read (1013).
   */
  pingInterval: number;
  deadAfter: number;
  /** How long an update that depends on unknown ones waits for them, ms (4408). */
  gapTimeout: number;
  /** Bytes that may wait on this node for documents to which nobody is admitted yet (4429). */
  strangerBytes: number;
  /** Bytes of updates on their way to the log, on this node (1013). */
  bufferBytes: number;
}

/** @param configured what the environment may set */
export function syncLimits(configured: Omit<Limits, 'maxParticipants'>): SyncLimits {
  return {
    ...configured,
    maxDocumentsPerSocket: 50,
    framesPerSecond: 200,
    frameBurst: 1000,
    admissionTimeout: 10_000,
    pingInterval: 5000,
    deadAfter: 14_000,
    gapTimeout: 10_000,
    strangerBytes: 67_108_864,
    bufferBytes: 134_217_728,
  };
}
