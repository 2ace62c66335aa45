/**
 * Small numbers that stand for texts: a hash to look texts up by, and the tags of a row, which tell for most cards
 * without reading them that a filter does not want them. Equal texts always give equal numbers; the reverse is
 * probable only, so whoever finds a match reads the text.
 */

/** 32 bits, well mixed: FNV-1a over the UTF-16 units, then the finaliser of MurmurHash3. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Upper half: the phase, 0 for none. Lower half: a bit for each label. */
export function tagsOf(phase: string | null, labels: readonly string[]): number {
  let tags = phase === null ? 0 : phaseTag(phase);
  for (const label of labels) tags |= labelTag(label);
  return tags >>> 0;
}

export interface ClaimFilter {
  readonly phase?: string;
  readonly label?: string;
}

/** False only where the card can not match. */
export function tagsMayMatch(tags: number, filter: ClaimFilter): boolean {
  if (filter.phase !== undefined && ((tags ^ phaseTag(filter.phase)) & 0xffff0000) !== 0) return false;
  return filter.label === undefined || (tags & labelTag(filter.label)) !== 0;
}

function phaseTag(phase: string): number {
  return (hashText(phase) & 0xfffe0000) | 0x10000;
}

function labelTag(label: string): number {
  return 1 << (hashText(label) & 15);
}
