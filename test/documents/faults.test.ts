/** What an error of the database means for what was being written (DO1): a wrong answer loses it, or writes it twice. */
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../src/documents/flush.ts';

describe('DO1 an error of the database', () => {
  it.each<[string | undefined, string]>([
    ['57P01', 'the server was told to stop'],
    ['57P03', 'the server is starting'],
    ['08006', 'the connection broke'],
    ['40003', 'the server does not know itself'],
    ['ECONNRESET', 'the system cut it off'],
    ['EPIPE', 'the system cut it off, in as many letters as a code of the server has'],
    [undefined, 'it has no code'],
  ])('%s leaves it unknown whether a batch is in the log: %s', (code) => {
    expect(faultOf(Object.assign(new Error('lost'), { code }))).toBe('unknown');
  });

  it('of the unique key of batch ids does so too: somebody else has written it', () => {
    const constraint = 'document_update_diagram_id_batch_id_unique';
    expect(faultOf({ code: '23505', constraint })).toBe('unknown');
    expect(faultOf({ code: '23505', constraint: 'another' })).toBe('permanent');
  });

  it.each(['22P02', '23503', '54000'])('%s is for ever', (code) => {
    expect(faultOf({ code })).toBe('permanent');
  });

  it.each(['40001', '40P01', '53100', '55P03', '57014', 'P0001', '25006'])('%s passes', (code) => {
    expect(faultOf({ code })).toBe('transient');
  });
});
