/** The story of a fleet from nothing to done, the same with systemd and without. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Change } from '../../../src/backlog/backlog.ts';
import type { TestFleet } from './fleet.ts';

const AGENTS = ['coder0', 'coder1', 'coder2', 'coder3'] as const;
const CARDS = 60;
/** More chains of cards than agents, so that nobody waits because one card is not done. */
const WIDTH = 8;
/**
 * Writes a line for each run, so that a card that was worked on to its end twice would show. No card is done while the
 * fleet is held: on a slow machine they would be used up before everything was seen that has to be seen.
 */
const COMMAND =
  'sleep 0.2; while [ -e "$HOME/held" ]; do sleep 0.1; done; echo "$MOSAIC_CARD_ID" >> "$HOME/worked"; echo "{\\"by\\":\\"$MOSAIC_OWNER\\"}"';

export async function hire(fleet: TestFleet): Promise<void> {
  for (const name of AGENTS) await fleet.add(name, COMMAND);
  await fleet.importCards(CARDS, WIDTH);
}

/** Every one has a pane, a heartbeat, and works on the card that is claimed in its name. Then they may go on. */
export async function allAtWork(fleet: TestFleet): Promise<void> {
  hold(fleet);
  const seen = new Map<string, number>();
  await fleet.until(async () => {
    const { agents } = await fleet.status();
    for (const { name, state, cards, pane } of agents) {
      if (state !== 'working') continue;
      expect(pane).toMatch(/^%\d+$/);
      // Between a claim and the heartbeat after it, and between a completion and the next claim, there is a moment.
      if (cards.length === 1) seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    return seen.size === AGENTS.length;
  });
  rmSync(heldFile(fleet));
}

function hold(fleet: TestFleet): void {
  writeFileSync(heldFile(fleet), '');
}

function heldFile({ home }: TestFleet): string {
  return join(home, 'held');
}

/** Kills the process of an agent in the middle of a card, and holds the others. @returns the card */
export async function killAmidCard(fleet: TestFleet, name: string): Promise<string> {
  hold(fleet);
  for (;;) {
    const { state, pid, cards } = await fleet.agent(name);
    const [card] = cards;
    if (state !== 'working' || pid === null || card === undefined) continue;
    process.kill(pid, 'SIGKILL');
    const changes = await fleet.history(card.id);
    if (changes.at(-1)?.kind === 'claimed') return card.id;
  }
}

export async function allDone(fleet: TestFleet): Promise<void> {
  await fleet.until(async () => (await fleet.doneCount()) === CARDS);
  const changes = await fleet.history();
  const completed = changes.filter(({ kind }) => kind === 'completed').map(({ id }) => id);
  expect(completed.toSorted()).toEqual([...new Set(completed)].toSorted());
  expect(completed).toHaveLength(CARDS);
  // Whatever depends on a card was claimed after that was done.
  const doneAt = new Map(changes.filter(({ kind }) => kind === 'completed').map(({ id, seq }) => [id, seq]));
  for (const { id, seq } of changes.filter(isClaim)) {
    const before = doneAt.get(`c${Number(id.slice(1)) - WIDTH}`);
    if (before !== undefined) expect(before).toBeLessThan(seq);
  }
}

function isClaim({ kind }: Change): boolean {
  return kind === 'claimed';
}

export const STARTED: readonly string[] = AGENTS.map((name) => `${name} started`);
export const STOPPED: readonly string[] = [...AGENTS.map((name) => `${name} stopped`), 'tmux server stopped'];
