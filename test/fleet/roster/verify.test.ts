/** What `verify` finds, on a machine that is as the test says. */
import { describe, expect, it } from 'vitest';
import { parseRoster } from '../../../src/fleet/roster/parse-roster.ts';
import { verifyRoster, type Machine, type RosterReport } from '../../../src/fleet/roster/verify.ts';
import type { FileFacts } from '../../../src/host/look-around.ts';

const PLACE = { mosaicHome: '/m', userHome: '/home/ann' };
const FILE = '/m/fleet/roster.yaml';

interface Given {
  readonly programs?: readonly string[];
  readonly files?: Readonly<Record<string, Partial<FileFacts>>>;
  readonly workTrees?: readonly string[];
  /** By environment file. */
  readonly databaseUrls?: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
}

function machine(given: Given): Machine {
  const { programs = ['tmux', 'pi', 'sh'], files = {}, workTrees = ['/src'] } = given;
  const all: Given['files'] = { '/src': { kind: 'folder' }, '/other': { kind: 'folder' }, ...files };
  return {
    findProgram: async (name) => (programs.includes(name) ? `/bin/${name}` : null),
    factsOf: async (path) => {
      const facts = all[path];
      return facts === undefined ? null : { kind: 'file', mode: 0o600, owner: 1000, ...facts };
    },
    isInWorkTree: async (folder) => workTrees.includes(folder),
    databaseUrlIn: (file) => given.databaseUrls?.[file] ?? '',
    databaseUrl: given.databaseUrl ?? '',
    userId: 1000,
  };
}

async function report(agents: string, given: Given = {}): Promise<RosterReport> {
  const read = parseRoster(`version: 1\nagents:\n${agents}`, PLACE.userHome);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  return verifyRoster(read.roster, FILE, PLACE, machine(given));
}

async function told(agents: string, given: Given = {}): Promise<readonly string[]> {
  const { findings } = await report(agents, given);
  return findings.map(({ severity, code, subject, message, hint }) =>
    [`${severity} ${code} ${subject ?? '-'}`, message, hint].join(' | '),
  );
}

const GOOD = '  - { name: a, runtime: pi, cwd: /src }\n';

describe('verify', () => {
  it('has nothing to say when all is there', async () => {
    const good = { '/m/fleet/agents/a.env': {}, [FILE]: { mode: 0o644 } };
    expect(await report(GOOD, { files: good })).toEqual({ roster: FILE, agents: 1, healthy: true, findings: [] });
  });

  it.each([
    [
      'no tmux',
      GOOD,
      { programs: ['pi'] },
      'error no-tmux - | tmux is not there, and every agent lives in a session of it. | Install it, for example with: sudo apt install tmux',
    ],
    ['no agents', '', {}, 'warning no-agents - | The roster has no agents. | mosaic fleet add coder0 --runtime claude'],
    [
      'a program that is not there',
      GOOD,
      { programs: ['tmux'] },
      'error no-program a | The program pi is not on the PATH. | Install it, or see where it is: which pi',
    ],
    [
      'a script that is not there',
      '  - { name: a, runtime: shell, command: "~/x.sh --y" }\n',
      {},
      'error no-program a | The program /home/ann/x.sh does not exist. | Write it, or give the agent another command.',
    ],
    [
      'a script that cannot be run',
      '  - { name: a, runtime: shell, cwd: /src, command: [./x.sh] }\n',
      { files: { '/src/./x.sh': {} } },
      'error no-program a | The program ./x.sh is there, but may not be executed. | chmod +x ./x.sh',
    ],
    [
      'a folder that is not there',
      '  - { name: a, runtime: pi, cwd: /gone }\n',
      {},
      'error no-folder a | Its folder /gone does not exist. | mkdir -p /gone, or better a git worktree add',
    ],
    [
      'a folder that is none',
      '  - { name: a, runtime: pi, cwd: /f }\n',
      { files: { '/f': {} } },
      'error no-folder a | Its folder /f is no folder. | Change cwd in the roster.',
    ],
    [
      'no folder at all',
      '  - { name: a, runtime: pi }\n',
      {},
      'warning no-folder a | It has no folder of its own, and works in your home folder. | Give it one in the roster, best a work tree of git: cwd: ~/src/project',
    ],
    [
      'a folder without git',
      '  - { name: a, runtime: pi, cwd: /other }\n',
      {},
      'warning no-work-tree a | Its folder /other is no work tree of git, so what the agent does there cannot be taken back. | git -C /other init',
    ],
    [
      'an environment file that others may read',
      GOOD,
      { files: { '/m/fleet/agents/a.env': { mode: 0o640 } } },
      'warning open-file a | Others may read the file /m/fleet/agents/a.env. | chmod 600 /m/fleet/agents/a.env',
    ],
    [
      'an environment file of somebody else',
      GOOD,
      { files: { '/m/fleet/agents/a.env': { owner: 0 } } },
      'warning foreign-file a | The file /m/fleet/agents/a.env belongs to another user (number 0), who decides what stands in it. | sudo chown 1000 /m/fleet/agents/a.env',
    ],
    [
      'an environment file that is a folder',
      GOOD,
      { files: { '/m/fleet/agents/a.env': { kind: 'folder' as const } } },
      'error no-environment a | Its environment file /m/fleet/agents/a.env is no file. | Look what it is and move it away.',
    ],
    [
      'a roster that others may change',
      GOOD,
      { files: { [FILE]: { mode: 0o664 } } },
      `warning open-file ${FILE} | Others may change the file ${FILE}. | chmod go-w ${FILE}`,
    ],
    [
      'two in one folder',
      `${GOOD}  - { name: b, runtime: pi, cwd: /src }\n`,
      {},
      "warning shared-folder - | a, b work in the same folder /src, and may write over each other's files. | Give each a work tree of its own, for example: git -C /src worktree add ../b",
    ],
  ])('says what to do about %s', async (_, agents, given, finding) => {
    expect(await told(agents, given)).toEqual([finding]);
    expect((await report(agents, given)).healthy).toBe(!finding.startsWith('error'));
  });

  it.each(['cd x && ./y', 'if true; then x; fi', '"$HOME/x"', 'A=1 x', '(x)'])(
    'leaves to the shell what only a shell can tell: %s',
    async (script) => {
      const agent = `  - { name: a, runtime: shell, command: ${JSON.stringify(script)} }\n`;
      expect(await told(agent)).toEqual([]);
    },
  );

  it('warns of an agent that works on another backlog, and repeats no address', async () => {
    const [one, other] = ['postgres://a:secret@one/x', 'postgres://a:secret@two/x'];
    const urls = (url: string): Given => ({ databaseUrls: { '/m/fleet/agents/a.env': url } });
    expect(await told(GOOD, { ...urls(one), databaseUrl: one })).toEqual([]);
    const [onServer = ''] = await told(GOOD, urls(one));
    expect(onServer).toMatch(/^warning other-backlog a \| Its environment file .*a\.env puts its backlog on a server/);
    const [onFiles = ''] = await told(GOOD, { databaseUrl: one });
    expect(onFiles).toMatch(/^warning other-backlog a \| Here the backlog is on a server/);
    const [elsewhere = ''] = await told(GOOD, { ...urls(other), databaseUrl: one });
    expect(elsewhere).toMatch(/^warning other-backlog a \| .* names another DATABASE_URL/);
    for (const text of [onServer, onFiles, elsewhere]) expect(text).not.toMatch(/secret|one|two/);
  });
});
