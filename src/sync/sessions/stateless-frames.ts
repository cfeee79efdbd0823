/** Stateless messages as frames. One that goes to many, one connection after the other, is written once. */
import * as encoding from 'lib0/encoding';
import { MessageType } from '@hocuspocus/server';

export type StatelessFrames = (address: string, payload: string) => Uint8Array;

export function createStatelessFrames(): StatelessFrames {
  let last = { address: '', payload: '', frame: new Uint8Array() };
  return (address, payload) => {
    if (last.address !== address || last.payload !== payload) {
      const frame = encoding.encode((encoder) => {
        encoding.writeVarString(encoder, address);
        encoding.writeVarUint(encoder, MessageType.Stateless);
        encoding.writeVarString(encoder, payload);
      });
      last = { address, payload, frame };
    }
    return last.frame;
  };
}
