/**
 * Reads a journal and the card files from the disk, by the form that docs/protocol.md gives them and with none of the
 * program's code. What is not as it should be is thrown: after a run that ended well nothing may be cut short.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Card } from '../../../src/card/card.ts';
import type { JournalLine } from './call.ts';

export interface Journal {
  /** Whole transactions, in order; of a group, each change by itself. */
  readonly transactions: readonly (readonly JournalLine[])[];
  /** When each segment was opened, by the wall clock. A takeover opens one. */
  readonly segmentsOpenedMs: readonly number[];
  /** Bytes that lie beyond a seal: written too late, or never finished. */
  readonly sealedOffBytes: number;
}

interface Header {
  readonly segment: number;
  readonly openedAtMs: number;
  readonly firstSeq: number;
  readonly follows: { readonly segment: number; readonly bytes: number } | null;
}

type RawLine = Omit<JournalLine, 'atMs'> & { readonly at: string; readonly left: number; readonly part?: number };

export function readJournal(root: string): Journal {
  const names = readdirSync(`${root}/journal`).filter((name) => /^\d{8,}\.jsonl$/.test(name));
  const files = names.sort().map((name) => withoutRoom(readFileSync(`${root}/journal/${name}`)));
  const headers = files.map((bytes, index) => {
    const text = whole(bytes.toString('utf8', 0, bytes.indexOf(10)));
    const header: Header | null = text === null ? null : JSON.parse(text);
    if (header?.segment !== index + 1) throw new Error(`Segment ${index + 1} of the journal has no header.`);
    return header;
  });
  const transactions: (readonly JournalLine[])[] = [];
  let sealedOffBytes = 0;
  let nextSeq = 1;
  for (const [index, bytes] of files.entries()) {
    const end = headers[index + 1]?.follows?.bytes ?? bytes.length;
    sealedOffBytes += bytes.length - end;
    if (headers[index]?.firstSeq !== nextSeq) throw new Error(`Segment ${index + 1} does not begin at ${nextSeq}.`);
    for (const transaction of transactionsIn(bytes.toString('utf8', 0, end))) {
      for (const { seq } of transaction) if (seq !== nextSeq++) throw new Error(`Record ${seq} is out of order.`);
      transactions.push(transaction);
    }
  }
  return { transactions, segmentsOpenedMs: headers.map(({ openedAtMs }) => openedAtMs), sealedOffBytes };
}

/** Blank lines at the end are room for more. */
function withoutRoom(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (bytes[end - 1] === 10 && bytes[end - 2] === 10) end -= 1;
  return bytes.subarray(0, end);
}

function transactionsIn(text: string): readonly (readonly JournalLine[])[] {
  const lines = text.split('\n').slice(1);
  const unfinished = lines.pop();
  // The end of the last segment may be a write that its dead writer never finished.
  const transactions: JournalLine[][] = [];
  let open: JournalLine[] = [];
  let lastPart = 1;
  for (const [index, line] of lines.entries()) {
    const json = whole(line);
    if (json === null) throw new Error(`A line of the journal is not whole: ${line.slice(0, 80)}`);
    const { at, left, part = 1, ...rest }: RawLine = JSON.parse(json);
    if (part !== lastPart && open.length > 0) transactions.push(open.splice(0));
    lastPart = part;
    open.push({ ...rest, atMs: Date.parse(at) });
    if (left > 0) continue;
    transactions.push(open);
    open = [];
    if (index === lines.length - 1 && unfinished !== '') throw new Error('The journal ends in the middle of a line.');
  }
  if (open.length > 0) throw new Error('The journal ends in the middle of a transaction.');
  return transactions;
}

/** `{"sum":"xxxxxxxx",…}`, the sum being the CRC-32 of everything behind its comma; null where it is another one. */
function whole(line: string): string | null {
  const match = /^\{"sum":"([0-9a-f]{8})",(.*)$/s.exec(line);
  const rest = match?.[2];
  if (rest === undefined || crc32(rest) !== Number.parseInt(match?.[1] ?? '', 16)) return null;
  return line;
}

export interface CardOnDisk {
  readonly place: 'cards' | 'archive';
  readonly card: Card;
}

/** Every file in `cards/` and `archive/`. */
export function readCardFiles(root: string): readonly CardOnDisk[] {
  return (['cards', 'archive'] as const).flatMap((place) =>
    (existsSync(`${root}/${place}`) ? readdirSync(`${root}/${place}`) : []).map((name) => {
      const card: Card = JSON.parse(readFileSync(`${root}/${place}/${name}`, 'utf8'));
      return { place, card };
    }),
  );
}
