/** Goes through the states a power cut can leave, at every moment of a recorded run, and counts them. */
import { crc32 } from 'node:zlib';
import type { Effect } from '../model/effect.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';
import { type Reach, choicesOf, effectsOf, survivorsOf } from './survivors.ts';

export interface Counts {
  /** Moments at which the power went. */
  readonly moments: number;
  /** Combinations of what survived. */
  readonly combinations: number;
  /** Those that no other combination equals: each was recovered from. */
  readonly states: number;
}

export interface Sweep {
  readonly base: MemoryDisk;
  readonly effects: readonly Effect[];
  readonly reach: Reach;
  readonly random: () => number;
  /** From which moment on; those before are somebody else's. Default 0. */
  readonly from?: number;
  /** One moment in so many is looked at, and the last one. Default 1. */
  readonly momentsOneIn?: number;
  /** The states that need no second look, for they are the same, and so is what is promised of them. */
  readonly seen: Set<string>;
  /** What is promised at that moment: part of what makes a state a different one. */
  readonly promiseAt: (moment: number) => string;
  /** @throws Error for a broken promise */
  readonly verify: (survived: MemoryDisk, moment: number) => void;
}

export function sweep(settings: Sweep): Counts {
  const { base, effects, reach, random, seen, verify } = settings;
  let [combinations, states, moments] = [0, 0, 0];
  for (let moment = settings.from ?? 0; moment <= effects.length; moment += 1) {
    if (moment < effects.length && random() * (settings.momentsOneIn ?? 1) >= 1) continue;
    // A flush by itself changes nothing that could survive; it only makes sure.
    moments += 1;
    const survivors = survivorsOf(effects.slice(0, moment));
    const promise = settings.promiseAt(moment);
    for (const choice of choicesOf(survivors, reach, random)) {
      combinations += 1;
      const survived = base.with(effectsOf(survivors, choice));
      const state = `${promise} ${fingerprint(survived)}`;
      if (seen.has(state)) continue;
      seen.add(state);
      states += 1;
      const story = (): string => `Power cut after ${moment} of ${effects.length} effects, choice ${choice.join('')}`;
      try {
        verify(survived, moment);
      } catch (error) {
        const last = effects.slice(Math.max(0, moment - 5), moment).map(sayEffect);
        const found = describeDisk(base.with(effectsOf(survivors, choice)));
        throw new Error(`${story()}: ${String(error)}\n…\n${last.join('\n')}\n\n${found}`, { cause: error });
      }
    }
  }
  return { combinations, states, moments };
}

/** The same for two disks on which the same paths lead to the same content; those that `matters` says count. */
export function fingerprint(disk: MemoryDisk, matters: (path: string) => boolean = () => true): string {
  let text = '';
  let bytes = 0;
  for (const [path, node] of disk.entries()) {
    if (!matters(path)) continue;
    text += `${path} ${node.modifiedMs} ${node.kind === 'file' ? crc32(node.bytes) : ''}\n`;
    if (node.kind === 'file') bytes += node.bytes.length;
  }
  return `${crc32(text).toString(36)} ${text.length} ${bytes}`;
}

function sayEffect(effect: Effect): string {
  return JSON.stringify(effect, (key, value: unknown) =>
    key === 'bytes' && value instanceof Uint8Array ? `${value.length} bytes` : value,
  );
}

function describeDisk(disk: MemoryDisk): string {
  return [...disk.entries()]
    .map(([path, node]) => `${path} ${node.modifiedMs} ${node.kind === 'file' ? `${node.bytes.length} bytes` : ''}`)
    .join('\n');
}
