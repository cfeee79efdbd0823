/** What the Present button does for me now (CS8: only the host hands presenting over; anybody may ask for it). */
import type { DiagramState } from '../../../client/index.ts';

export type PresentControl =
  /** Nothing is known yet. */
  | 'none'
  | 'presenting'
  /** The host takes it. */
  | 'take'
  | 'ask'
  /** I have asked, and nobody has answered. */
  | 'asked';

export function presentControl({ me, askedToPresent }: Pick<DiagramState, 'me' | 'askedToPresent'>): PresentControl {
  if (me === null) return 'none';
  if (me.is_presenter) return 'presenting';
  if (me.is_host) return 'take';
  return askedToPresent ? 'asked' : 'ask';
}
