/** What a client is owed, checked against a model of the provider's counter. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAcknowledgements, type Acknowledgements, type Debt } from '../../../src/sync/intake/acknowledgements.ts';

function start(): { owed: Acknowledgements; paid: () => number } {
  let paid = 0;
  return { owed: createAcknowledgements(() => (paid += 1)), paid: () => paid };
}

describe('DO1 an update', () => {
  it('earns nothing before the step 1, nor before the pong', () => {
    const { owed } = start();
    expect(owed.updateCame(true)).toBeNull();
    owed.clientAsked();
    expect(owed.updateCame(false)).toBeNull();
    expect(owed.updateCame(true)).not.toBeNull();
  });

  it('is paid once', () => {
    const { owed, paid } = start();
    owed.clientAsked();
    const debt = owed.updateCame(true);
    owed.pay(debt);
    owed.pay(debt);
    owed.pay(null);
    expect(paid()).toBe(1);
  });

  it('that is refused is paid by a later step 2, and not by one that came before it', () => {
    const { owed, paid } = start();
    owed.clientAsked();
    const before = owed.stepTwoCame();
    const refused = owed.updateCame(true);
    owed.owe(refused);
    [before.debt, ...before.covers].forEach(owed.pay);
    expect(paid()).toBe(1);
    owed.asked();
    expect(owed.unanswered()).toBe(1);
    const after = owed.stepTwoCame();
    expect(owed.unanswered()).toBe(0);
    [after.debt, ...after.covers].forEach(owed.pay);
    expect(paid()).toBe(2);
  });
});

describe('DO1 a step 2', () => {
  it('earns one when it is the first after a step 1, and none otherwise', () => {
    const { owed } = start();
    expect(owed.stepTwoCame().debt).toBeNull();
    owed.clientAsked();
    expect(owed.stepTwoCame().debt).not.toBeNull();
    expect(owed.stepTwoCame().debt).toBeNull();
    owed.clientAsked();
    expect(owed.stepTwoCame().debt).not.toBeNull();
  });
});

it('DO1 a new step 1 forgets every debt', () => {
  const { owed, paid } = start();
  owed.clientAsked();
  const [late, refused] = [owed.updateCame(true), owed.updateCame(true)];
  owed.owe(refused);
  owed.clientAsked();
  const { covers } = owed.stepTwoCame();
  expect(covers).toEqual([]);
  [late, refused, ...covers].forEach(owed.pay);
  expect(paid()).toBe(0);
});

it('DO1 the counter is zero when, and only when, everything is committed, whatever is refused in between', () => {
  const step = fc.constantFrom('edit', 'refuse', 'commit', 'ask');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      // The provider: its counter is one when it starts to sync, and it has something unsaved until all is committed.
      let counter = 1;
      const owed = createAcknowledgements(() => (counter -= 1));
      owed.clientAsked();
      const first = owed.stepTwoCame();
      [first.debt, ...first.covers].forEach(owed.pay);
      const onTheWay: Debt[] = [];
      let unsaved = 0;
      for (const kind of steps) {
        if (kind === 'edit') {
          counter += 1;
          unsaved += 1;
          onTheWay.push(owed.updateCame(true)!);
        } else if (kind === 'refuse') {
          owed.owe(onTheWay.shift() ?? null);
        } else if (kind === 'commit') {
          const debt = onTheWay.shift();
          if (!debt) continue;
          unsaved -= 1;
          owed.pay(debt);
        } else {
          owed.asked();
          const { debt, covers } = owed.stepTwoCame();
          while (onTheWay.length > 0) {
            unsaved -= 1;
            owed.pay(onTheWay.shift()!);
          }
          unsaved -= covers.length;
          [debt, ...covers].forEach(owed.pay);
        }
        expect(counter).toBe(unsaved);
      }
    }),
  );
});
