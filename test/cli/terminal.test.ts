/** What people see in a real terminal: it fits, and colours are there and only there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { textWidth } from '../../src/cli/print/text/width.ts';
import { Mosaic, MOSAIC } from './mosaic.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A server of its own for each look: one that is just ending must not be asked again. */
let looks = 0;

function socket(): string {
  return `mosaic-test-cli-${process.pid}-${looks}`;
}

function tmux(...words: readonly string[]): string {
  return execFileSync('tmux', ['-u', '-L', socket(), '-f', '/dev/null', ...words], { encoding: 'utf8' });
}

describe.skipIf(!hasTmux)('in a terminal of 60 columns (skipped where tmux is not installed)', () => {
  let mosaic: Mosaic;

  beforeEach(async () => {
    mosaic = new Mosaic();
    await mosaic.stock(
      { op: 'create', id: 'A1', title: `A title that is much too long for one line ${'and goes on '.repeat(9)}` },
      {
        op: 'create',
        id: 'A2',
        title: `日本語の長い題名${'がまだまだ続きます'.repeat(8)}`,
        phase: 'M1',
        dependsOn: ['A1'],
      },
      { op: 'create', id: 'A3', title: 'Rocket 🚀', phase: 'a phase with a rather long name', dependsOn: ['A2'] },
      { op: 'claim', owner: 'somebody-with-a-long-name', id: 'A1' },
    );
  });

  /** The screen after the command has ended, with its colours. */
  function screenAfter(command: string, extra: Readonly<Record<string, string>> = {}): readonly string[] {
    looks += 1;
    const env = Object.entries({ ...mosaic.env(), ...extra }).map(([name, value]) => `${name}='${value}'`);
    const line = `env -i ${env.join(' ')} sh -c '${process.execPath} ${MOSAIC} fleet backlog ${command}'`;
    try {
      tmux('new-session', '-d', '-x', '60', '-y', '50', `${line}; tmux -L ${socket()} wait-for -S done; sleep 60`);
      tmux('wait-for', 'done');
      return tmux('capture-pane', '-p', '-e').trimEnd().split('\n');
    } finally {
      spawnSync('tmux', ['-L', socket(), 'kill-server']);
    }
  }

  function plainly(lines: readonly string[]): readonly string[] {
    return lines.map((line) => stripVTControlCharacters(line));
  }

  it('list takes a line for each card and cuts what does not fit', () => {
    const lines = plainly(screenAfter('list'));
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ID +PRIO +STATUS +PHASE +TITLE +NOTE$/);
    expect(lines.slice(1).map((line) => line.slice(0, 2))).toEqual(['A1', 'A2', 'A3']);
    expect(lines[1]).toContain('…');
    expect(lines.filter((line) => textWidth(line) > 60)).toEqual([]);
  });

  it('a tree, a page and the statistics fit too', () => {
    for (const command of ['list --tree', 'show A2', 'stats', 'explain', 'history']) {
      const lines = plainly(screenAfter(command));
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.filter((line) => textWidth(line) > 60)).toEqual([]);
    }
  });

  it('is coloured', () => {
    expect(screenAfter('list').join('\n')).toContain('\x1b[33m◐ claimed');
  });

  it('is not coloured when NO_COLOR says so', () => {
    expect(screenAfter('list', { NO_COLOR: '1' }).join('\n')).not.toContain('\x1b[3');
  });
});

describe('where nobody looks on', () => {
  it('nothing is cut and nothing coloured, so that other programs find it', async () => {
    const mosaic = new Mosaic();
    const title = `long ${'words '.repeat(60)}end`;
    await mosaic.stock({ op: 'create', id: 'A1', title });
    const { stdout } = await mosaic.backlog(['list']);
    expect(stdout).toBe(`ID  PRIO  STATUS   TITLE\nA1     0  ○ ready  ${title}\n`);
  });

  it('colours come when FORCE_COLOR asks for them', async () => {
    const mosaic = new Mosaic();
    await mosaic.stock({ op: 'create', id: 'A1', title: 'T' });
    expect((await mosaic.backlog(['list'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[34m○ ready');
  });
});
