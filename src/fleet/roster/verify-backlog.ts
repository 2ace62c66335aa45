/** Whether an agent works on the backlog that whoever asks works on. Says nothing of what the addresses are: they may hold passwords. */
import type { Finding } from '../../backlog/backlog.ts';

type Problem = Pick<Finding, 'code' | 'severity' | 'message' | 'hint'>;

/**
 * @param file the agent's environment file
 * @param theirs `DATABASE_URL` in it @param here `DATABASE_URL` of whoever asks; empty is none
 */
export function backlogProblems(file: string, theirs: string, here: string): readonly Problem[] {
  if (theirs === here) return [];
  const [message, hint] = wordsFor(file, theirs !== '', here !== '');
  return [{ code: 'other-backlog', severity: 'warning', message, hint }];
}

function wordsFor(file: string, isTheirs: boolean, isHere: boolean): readonly [message: string, hint: string] {
  if (!isHere) {
    return [
      `Its environment file ${file} puts its backlog on a server (DATABASE_URL), and here it is in files: commands that are ` +
        'typed here see other cards.',
      'Set DATABASE_URL here, too, before you look for its cards.',
    ];
  }
  return isTheirs
    ? [
        `Its environment file ${file} names another DATABASE_URL than is set here: it works on other cards.`,
        'Let both name the same server and database.',
      ]
    : [
        `Here the backlog is on a server (DATABASE_URL), but not in its environment file ${file}: it may work on the cards in ` +
          'the files of this host.',
        `Write the same DATABASE_URL into ${file}.`,
      ];
}
