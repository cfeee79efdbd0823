/**
 * The messenger between nodes. It carries hints and payloads so that nodes hear of changes at once; nothing depends on
 * a message arriving (the log, the notices and the poll find what was lost). Every version passes `describeBus`.
 */
export interface Bus {
  /** Whether messages flow to other nodes, in time, and what carries them does well, and carries nothing else on our channels. `readyz` reports a false as degraded. */
  readonly healthy: boolean;
  /** Sends to every subscriber of the channel on every node, this one included. Never throws; may lose. */
  publish(channel: string, payload: Uint8Array): void;
  /**
   * Hears a channel from when the promise resolves (it never rejects: a bus that is down subscribes when it returns).
   * A handler that throws is logged and hurts nobody. @returns the way to stop
   */
  subscribe(channel: string, handler: (payload: Uint8Array) => void): Promise<() => void>;
  /** Calls back whenever messages flow again after some may have been lost, for what no database keeps. */
  onResumed(callback: () => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}
