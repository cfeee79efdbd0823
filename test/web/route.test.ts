/** The address of a page. */
import { assert, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { fragmentOf, readRoute } from '../../src/web/route.ts';

const id = string({ minLength: 1, unit: 'grapheme' });

it('a diagram is found again from its address', () => {
  assert(
    property(id, id, (threatModel, diagram) => {
      const route = { kind: 'diagram' as const, threatModel, diagram };
      expect(readRoute(fragmentOf(route))).toEqual(route);
    }),
  );
});

it.each(['', '#', '#/', '#/threat_models/a', '#/threat_models/%/diagrams/b', '#/threat_models/a/diagrams/b/c'])(
  '"%s" is the home page',
  (fragment) => expect(readRoute(fragment)).toEqual({ kind: 'home' }),
);
