/** `npm test` on a machine that lacks programs: installs them where it may, else says what to install. */
import { describe, expect, it } from 'vitest';
import { prepare, type Machine } from './support/machine.ts';

function machineWith(installed: string[], options: { root: boolean; repository?: string[] }) {
  const executed: string[] = [];
  const machine: Machine = {
    root: options.root,
    runs: (command) => installed.includes(command),
    execute: (command, argumentList) => {
      executed.push([command, ...argumentList].join(' '));
      if (argumentList[0] === 'install') {
        installed.push(...argumentList.filter((name) => options.repository?.includes(name)));
      }
      return true;
    },
  };
  return { machine, executed };
}

describe('the programs that the tests need', () => {
  it('are left alone when they are there', () => {
    const { machine, executed } = machineWith(['redis-server', 'chromium', 'apt-get'], { root: true });
    expect(prepare(machine)).toBeNull();
    expect(executed).toEqual([]);
  });

  it('are installed on Debian as root, only those that are missing', () => {
    const repository = ['redis-server', 'chromium'];
    const { machine, executed } = machineWith(['redis-server', 'apt-get'], { root: true, repository });
    expect(prepare(machine)).toBeNull();
    expect(executed).toEqual(['apt-get update', 'apt-get install -y --no-install-recommends chromium']);
  });

  it.each([
    ['without root', ['apt-get'], false],
    ['without apt-get', [], true],
  ])('are named, with the way to install them, %s', (_, installed, root) => {
    const { machine, executed } = machineWith(installed, { root });
    const sentence = prepare(machine);
    expect(sentence).toContain('redis-server, chromium');
    expect(sentence).toContain('apt-get install -y --no-install-recommends redis-server chromium');
    expect(executed).toEqual([]);
  });

  it('are named when the installation did not bring them', () => {
    const { machine } = machineWith(['apt-get'], { root: true, repository: ['redis-server'] });
    expect(prepare(machine)).toMatch(/do not start: chromium\./);
  });
});
