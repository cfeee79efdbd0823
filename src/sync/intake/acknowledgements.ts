/**
 * What a client is owed: acknowledgements that make the unsaved counter of a stock provider zero when, and only when,
 * everything that it made is committed.
 *
 * The provider sets its counter to one when it starts to sync, whatever was queued, then adds one for each update that
 * it sends and takes one off for each `SyncStatus` true. So:
 * - An update earns one, unless it comes before its address's step 1 or before the pong: it was counted before the
 *   counter was set to one.
 * - The first step 2 after a client's step 1 earns one; any other step 2 earns none. A new step 1 forgets every debt.
 * - An update that is refused, or that waits for others, stays owed. A later step 2 holds everything that the client
 *   had when it sent it, so when that is committed, what was owed when it came is paid too.
 */
export interface Debt {
  paid: boolean;
  /** How many step 1s had come before it. */
  readonly era: number;
}

export interface Acknowledgements {
  /** Step 1s sent that are not answered yet. */
  unanswered(): number;
  /** The client sent a step 1. */
  clientAsked(): void;
  /** A step 1 went out to the client. */
  asked(): void;
  /** An update came. @param ponged whether the socket's pong came before; @returns what it earns */
  updateCame(ponged: boolean): Debt | null;
  /** A step 2 came. @returns what it earns, and what its commit pays besides */
  stepTwoCame(): { debt: Debt | null; covers: readonly Debt[] };
  pay(debt: Debt | null): void;
  /** Refused, or waiting for others. */
  owe(debt: Debt | null): void;
}

/** @param send sends the client a `SyncStatus` true */
export function createAcknowledgements(send: () => void): Acknowledgements {
  /** Step 1s that have come. */
  let era = 0;
  let handshake = false;
  let unanswered = 0;
  const owed = new Set<Debt>();
  const incur = () => ({ paid: false, era });
  return {
    unanswered: () => unanswered,
    clientAsked() {
      era += 1;
      handshake = true;
      owed.clear();
    },
    asked() {
      unanswered += 1;
    },
    updateCame: (ponged) => (era > 0 && ponged ? incur() : null),
    stepTwoCame() {
      unanswered = Math.max(0, unanswered - 1);
      const covers = [...owed];
      const debt = handshake ? incur() : null;
      handshake = false;
      return { debt, covers };
    },
    pay(debt) {
      if (!debt || debt.paid || debt.era !== era) return;
      debt.paid = true;
      owed.delete(debt);
      send();
    },
    owe(debt) {
      if (debt) owed.add(debt);
    },
  };
}
