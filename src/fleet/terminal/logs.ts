/** What the terminal of an agent shows and has shown, also after its program has ended. */
import { readFile } from 'node:fs/promises';
import { MosaicError } from '../../errors.ts';
import type { Tmux } from '../../host/tmux.ts';
import { lastWordsPath } from '../life/agent-pane.ts';
import { keptPane } from './find.ts';
import { answeredFor } from './refusals.ts';

export interface Log {
  readonly agent: string;
  /** Null for a run that is over and has no pane any more. */
  readonly pane: string | null;
  readonly dead: boolean;
  /** Lines that the terminal had folded are whole again; blank ones at the end are left out. */
  readonly lines: readonly string[];
}

/** @param most so many of the last lines; Infinity for all @throws MosaicError AGENT_NOT_RUNNING, TMUX_UNKNOWN, TMUX_MISSING */
export async function log(tmux: Tmux, agent: string, most: number): Promise<Log> {
  const { paneId, isDead } = await keptPane(tmux, agent);
  const text = answeredFor(agent, () => 'Nothing was done.')(await tmux.capture(paneId, most));
  const shown = isDead ? text.replace(DEAD_MARK, '') : text;
  return { agent, pane: paneId, dead: isDead, lines: lastLines(shown, most) };
}

/** tmux writes it on the last line of a pane whose program has ended; it is nothing that the agent has shown. */
const DEAD_MARK = /^Pane is dead.*\s*(?![^])/m;

/** What the pane of the run before showed. @throws MosaicError AGENT_NOT_RUNNING where nothing was kept, DISK_FAILED */
export async function previousLog(mosaicHome: string, agent: string, most: number): Promise<Log> {
  const file = lastWordsPath(mosaicHome, agent);
  return { agent, pane: null, dead: true, lines: lastLines(await read(file, agent), most) };
}

async function read(file: string, agent: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new MosaicError({
        code: 'AGENT_NOT_RUNNING',
        message: `Nothing was kept of an earlier run of ${agent}: there is no file ${file}.`,
        hint: `What it shows now: mosaic fleet agent logs ${agent}`,
      });
    }
    throw new MosaicError({
      code: 'DISK_FAILED',
      message: `The file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      hint: `Look at its permissions with: ls -l ${file}`,
      cause: error,
    });
  }
}

function lastLines(text: string, most: number): readonly string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const end = lines.findLastIndex((line) => line !== '') + 1;
  return lines.slice(Math.max(0, end - most), end);
}
