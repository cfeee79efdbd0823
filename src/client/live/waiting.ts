/** Waiting until an open diagram is as somebody wants it. */
import type { Listening } from '../emitter.ts';
import type { DiagramEvents } from './live-diagram.ts';
import type { DiagramState } from './state.ts';

/** Resolves when the condition holds. Rejects with the end's error when the diagram has ended and it does not. */
export function reached(
  { state, on }: Listening<DiagramEvents> & { state(): DiagramState },
  condition: (state: DiagramState) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const look = () => {
      const now = state();
      if (condition(now)) resolve();
      else if (now.status.kind === 'ended') reject(now.status.error);
      else return;
      stop();
    };
    stop = on('change', look);
    look();
  });
}
