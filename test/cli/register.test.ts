/** The commands mounted in another program that has a commander `Command` of its own. */
import { Command } from 'commander';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { openBacklog } from '../../src/backlog/open.ts';
import { registerFleetCommand } from '../../src/cli/register.ts';
import { newFolder } from './mosaic.ts';

class Heard extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

interface Host {
  readonly stdout: Heard;
  readonly stderr: Heard;
  readonly program: Command;
  readonly run: (...words: readonly string[]) => Promise<void>;
}

function host(mosaicHome: string = newFolder()): Host {
  const [stdout, stderr] = [new Heard(), new Heard()];
  const program = new Command('acme').exitOverride().option('--verbose', 'says more');
  registerFleetCommand(program, { mosaicHome, stdout, stderr, env: {}, openBacklog });
  return {
    stdout,
    stderr,
    program,
    run: async (...words) => void (await program.parseAsync(words, { from: 'user' })),
  };
}

afterEach(() => {
  process.exitCode = undefined;
});

describe('registerFleetCommand', () => {
  it('runs the commands with the host’s home and streams', async () => {
    const { run, stdout } = host();
    await run('fleet', 'backlog', 'create', 'A1', '--title', 'Mounted', '--json');
    expect(JSON.parse(stdout.text)).toMatchObject({ id: 'A1', title: 'Mounted' });
    expect(process.exitCode).toBe(0);
  });

  it('leaves the host’s own options to the host', async () => {
    const { run, program, stdout } = host();
    await run('--verbose', 'fleet', 'backlog', 'list', '--json');
    expect(program.opts()).toEqual({ verbose: true });
    expect(stdout.text).toBe('[]\n');
  });

  it('reports errors itself, with its own exit status, and never ends the host', async () => {
    const { run, stderr } = host();
    await run('fleet', 'backlog', 'show', 'A9', '--json');
    expect(JSON.parse(stderr.text)).toMatchObject({ error: { code: 'CARD_NOT_FOUND' } });
    expect(process.exitCode).toBe(1);
    await run('fleet', 'backlog', 'claim', '--ownr', 'x');
    expect(process.exitCode).toBe(2);
  });

  it('names the host in its help, and shows the host its commands', async () => {
    const { run, program, stdout } = host();
    await run('fleet', 'backlog', 'claim', '--help');
    expect(stdout.text).toContain('acme fleet backlog claim --owner coder0');
    const fleet = program.commands.find((command) => command.name() === 'fleet');
    const backlog = fleet?.commands.find((command) => command.name() === 'backlog');
    expect(backlog?.commands.map((command) => command.name())).toContain('claim');
  });
});
