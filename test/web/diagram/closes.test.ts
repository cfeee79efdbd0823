/** The close codes that say "later", from a real server, as the person at the page lives through them. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, draw, gone, isSaved, nodes, seen } from './hands.ts';

describe('WE4 a server that says: later', () => {
  const on = stage({ MAX_PARTICIPANTS: '2', SESSION_HOST_GRACE_MS: '60000' });
  const idOf = (diagram: string) => diagram.split('/').at(-1);

  it('4429 a session that is full lets somebody in when there is room', async () => {
    const diagram = await on.newDiagram('Full');
    const [ada, grace] = (await on.together(diagram, 'Ada Lovelace', 'Grace Hopper')) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    const [alan] = (await on.together(diagram, 'Alan Turing')) as [Page];
    await seen(alan, 'This session is full');
    await seen(alan, /^Next try in \d+ s$/);
    await grace.goto('about:blank');
    await button(ada, '1 person here').waitFor(SOON);
    await button(alan, 'Try now').click();
    await isSaved(alan);
    await button(alan, '2 people here').waitFor(SOON);
  });

  it('1013 a diagram that cannot be opened now is opened when it can be', async () => {
    const diagram = await on.newDiagram('Unreadable');
    await on.sql('update diagram set head = 3 where id = $1', [idOf(diagram)]); // rows that are not there
    const [grace] = (await on.together(diagram, 'Grace Hopper')) as [Page];
    await seen(grace, 'The server is busy');
    await seen(grace, /^Next try in \d+ s$/);
    await on.sql('update diagram set head = 0 where id = $1', [idOf(diagram)]);
    await isSaved(grace);
  });

  it('1013 while drawing: what is drawn is kept, and saved when there is a way', async () => {
    const diagram = await on.newDiagram('Kept meanwhile');
    const [grace] = (await on.together(diagram, 'Grace Hopper')) as [Page];
    await isSaved(grace);
    await grace.context().setOffline(true);
    await seen(grace, 'This device is offline. What you draw is kept here.');
    await draw(grace, 'Process');
    await on.sql('update diagram set head = 3 where id = $1', [idOf(diagram)]);
    await grace.context().setOffline(false);
    await seen(grace, 'The server is busy. What you draw is kept here.');
    await nodes(grace, 1);
    await on.sql('update diagram set head = 0 where id = $1', [idOf(diagram)]);
    await isSaved(grace);
    await gone(grace, 'The server is busy. What you draw is kept here.');
    expect(await on.cellsAt(diagram)).toHaveLength(1);
  });
});
