/** An installation whose installer is killed again and again: what must work after each kill, and after the next run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Installation } from './installation.ts';
import { filesIn, isNoCache, isThere, lines } from './listing.ts';
import { packageWith } from './packages.ts';

/** Three, so that with each of them one is removed. */
const VERSIONS = ['0.1.0', '0.2.0', '0.3.0'];

function packageOf(version: string): string {
  const framework = { 'guides/a.md': `of ${version}\n`, [`guides/only in ${version}.md`]: 'it\n' };
  return packageWith({ version, framework });
}

export class Survivor {
  readonly installation: Installation = new Installation();
  /** What is installed next after each of them is the one behind it. */
  readonly packages: readonly string[] = VERSIONS.map(packageOf);
  #turn = 0;

  /** All of them were installed once, and there is a card. */
  async live(): Promise<void> {
    for (const source of this.packages) await this.installation.ok(source);
    await this.installation.mosaic.create('A');
  }

  /** What is to be installed now; another one each time. */
  next(): string {
    const source = this.packages[this.#turn % VERSIONS.length] ?? '';
    this.#turn += 1;
    return source;
  }

  /** One of the versions, and no mixture. */
  async works(what: string): Promise<void> {
    expect(VERSIONS, what).toContain(await this.installation.version());
    expect(await this.installation.json('backlog', 'show', 'A'), what).toMatchObject({ id: 'A', status: 'ready' });
    const guide = readFileSync(join(this.installation.home, 'guides/a.md'), 'utf8');
    expect(
      VERSIONS.map((version) => `of ${version}\n`),
      what,
    ).toContain(guide);
  }

  /** The next run brings all of it in place, and nothing is left of those before. */
  async completes(source: string, what: string): Promise<void> {
    await this.installation.ok(source);
    await this.isWhole(source, what);
  }

  async isWhole(source: string, what: string): Promise<void> {
    const { installation } = this;
    expect(await installation.version(), what).toBe(VERSIONS[this.packages.indexOf(source)]);
    const guides = join('fixtures', 'framework', 'guides');
    expect(lines(join(installation.home, 'guides'), 'bytes'), what).toEqual(lines(join(source, guides), 'bytes'));
    // Nobody has changed a file, so none was kept as changed.
    expect(isThere(join(installation.home, 'fleet/run/replaced')), what).toBe(false);
    const { all, current } = installation.versions();
    expect(all, what).toContain(current);
    expect(all.length, `${what}: ${all.join(', ')}`).toBeLessThanOrEqual(2);
    expect(lines(installation.current, 'bytes').filter(isNoCache), what).toEqual(
      lines(source, 'bytes').filter(isNoCache),
    );
    const root = join(installation.prefix, 'lib', 'mosaic-fleet');
    const unfinished = [...filesIn(root), ...filesIn(installation.home)].filter((path) =>
      /mosaic-new|unfinished/.test(path),
    );
    expect(unfinished, what).toEqual([]);
  }
}
