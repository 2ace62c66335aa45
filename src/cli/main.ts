/** The program: from the words of the command line to the exit status. */
import { Output } from './output/output.ts';
import { PROGRAMS } from './registry.ts';
import { walk } from './walk.ts';

export interface MainOptions {
  readonly program: 'mosaic' | 'mosaic-fleet';
}

/** Sets the exit status and returns when all is written; the process ends by itself. */
export async function main(argv: readonly string[], { program }: MainOptions): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { version } = await import('./version.ts');
    await new Output({}, false).write(`${version()}\n`);
    return;
  }
  process.exitCode = await walk(PROGRAMS[program], { path: [program], args: argv, dependencies: {} });
}
