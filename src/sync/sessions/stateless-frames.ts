/** Stateless messages as frames. One that goes to many, one connection after the other, is written once. */
import { statelessFrame } from '../frames.ts';

export type StatelessFrames = (address: string, payload: string) => Uint8Array;

export function createStatelessFrames(): StatelessFrames {
  let last = { address: '', payload: '', frame: statelessFrame('', '') };
  return (address, payload) => {
    if (last.address !== address || last.payload !== payload)
      last = { address, payload, frame: statelessFrame(address, payload) };
    return last.frame;
  };
}
