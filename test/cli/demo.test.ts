/** The demo is the first thing a new user sees: it must always work, and its story must be true. */
import { describe, expect, it } from 'vitest';
import { planLines } from '../../src/cli/demo/plan.ts';
import { Mosaic } from './mosaic.ts';

describe('the demo', () => {
  it('drains its backlog although a worker is killed, says who took over, and leaves all to be looked at', async () => {
    const mosaic = new Mosaic();
    const { status, stdout, stderr } = await mosaic.run(['fleet', 'demo'], {
      env: { TMPDIR: mosaic.home, DATABASE_URL: 'postgres://nowhere/none' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${planLines().length} cards, 100% done`);
    const [, id = ''] = /worker-3 was killed in\s+the\s+middle\s+of\s+([\w-]+)\./.exec(stdout) ?? [];
    const [, home = ''] = /MOSAIC_HOME=(\S+)/.exec(stdout) ?? [];
    const history = await new Mosaic(home).backlog(['history', id]);
    expect(history.stdout).toMatch(
      /claimed .* worker-3(.*\n)+.*expired(.*\n)+.*claimed .* worker-[124](.*\n)+.*completed/,
    );
  });
});
