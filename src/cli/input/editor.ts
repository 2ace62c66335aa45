/** Lets a person change a text in the editor of their choice. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MosaicError } from '../../errors.ts';
import type { Environment } from '../print/text/screen.ts';
import { usageError } from '../parse/usage.ts';
import { diskError } from '../../disk/file-error.ts';

/** A text on its way through an editor: in a file that only its owner can read. */
export interface EditedText {
  readonly file: string;
  readonly text: string;
  remove(): Promise<void>;
}

/** What git, crontab and the others go by, in their order. */
export function editorOf(env: Environment): string {
  const editor = [env['VISUAL'], env['EDITOR']].find((one) => one !== undefined && one.trim() !== '');
  if (editor !== undefined) return editor;
  throw usageError(
    'No editor is set, so the card cannot be opened.',
    'Name one, for example: EDITOR=vi mosaic fleet backlog edit ID. Or change single fields with update.',
  );
}

export interface EditOptions {
  readonly editor: string;
  readonly text: string;
  readonly fileName: string;
  /** Where the editor draws: stderr keeps stdout free for the answer. */
  readonly drawsOn: 'stdout' | 'stderr';
}

/** Waits until the editor ends. When it fails, the text is gone and nothing was changed. */
export async function editText({ editor, text, fileName, drawsOn }: EditOptions): Promise<EditedText> {
  const folder = await mkdtemp(join(tmpdir(), 'mosaic-edit-'));
  const file = join(folder, fileName);
  const remove = async (): Promise<void> => rm(dirname(file), { recursive: true, force: true });
  try {
    // The umask may take more away than is meant, even from the editor.
    await chmod(folder, 0o700);
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    await chmod(file, 0o600);
    await runEditor(editor, file, drawsOn);
    return { file, text: await readFile(file, 'utf8'), remove };
  } catch (error) {
    await remove();
    throw diskError(error, file, 'read') ?? error;
  }
}

/** As every shell has them. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The program to look for beforehand, so that the shell need not complain; itself where it takes a shell to tell. */
function programOf(editor: string): string {
  const [first = ''] = editor.trim().split(/\s+/);
  return /^[\w./+-]+$/.test(first) ? first : 'sh';
}

/** Through the shell, because people set `EDITOR="code --wait"`. */
function runEditor(editor: string, file: string, drawsOn: 'stdout' | 'stderr'): Promise<void> {
  return new Promise((resolve, reject) => {
    const stdio = ['inherit', drawsOn === 'stderr' ? process.stderr : 'inherit', 'inherit'] as const;
    const script = `command -v "$2" >/dev/null 2>&1 || exit ${NOT_FOUND}; ${editor} "$1"`;
    const child = spawn('/bin/sh', ['-c', script, editor, file, programOf(editor)], { stdio: [...stdio] });
    // Ctrl-C is the editor's business while it is open.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', ignore);
      if (code === 0) resolve();
      else reject(editorFailed(editor, code, signal));
    });
  });
}

function editorFailed(editor: string, code: number | null, signal: string | null): MosaicError {
  const missing = code === NOT_FOUND || code === NOT_EXECUTABLE;
  const end = signal === null ? `ended with status ${code ?? 'unknown'}` : `was stopped by ${signal}`;
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: missing
      ? `The editor ${editor} cannot be started. Nothing was changed.`
      : `The editor ${editor} ${end}. Nothing was changed.`,
    hint: missing ? 'Set EDITOR to one that is installed, for example: EDITOR=vi' : 'Try again when you are ready.',
  });
}
