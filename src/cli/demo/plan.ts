/**
 * The cards of the demo: the plan of a program like this one, from the ground floor up. Real enough to be read with
 * the same commands afterwards: phases, priorities, acceptance criteria, and a graph that is a dozen cards deep.
 */

type Row = readonly [id: string, priority: number, title: string, dependsOn: string, acceptance?: string];

const PHASES: Readonly<Record<string, readonly Row[]>> = {
  ground: [
    ['G1', 9, 'Write down what a card is', '', 'every field has a meaning; a card is one JSON object'],
    ['G2', 8, 'Draw the life of a card', 'G1', 'every status and every way between them'],
    ['G3', 8, 'One error type with stable codes', 'G1', 'agents can branch on the code; each error has a next step'],
    ['G4', 7, 'Types of every operation', 'G2 G3', 'the contract compiles; nothing is implemented yet'],
    ['G5', 6, 'Build, lint and test with one command', '', 'a fresh clone passes'],
    ['G6', 5, 'House rules as tests', 'G5', 'who may import whom; no file too long'],
  ],
  rules: [
    ['R1', 8, 'Order of claiming', 'G4', 'priority, then age, then id; equal in every store'],
    ['R2', 8, 'When a card can be claimed', 'G4', 'dependencies done; date passed; unsure means no'],
    ['R3', 8, 'Claim, renew and release', 'G4 R2', 'attempts go up by one; expiry follows from the card'],
    ['R4', 7, 'Complete and fail with a fence', 'R3', 'a late worker is refused; an operator never is'],
    ['R5', 7, 'Expired claims come back', 'R3', 'ready again, or blocked when the attempts are used up'],
    ['R6', 6, 'Find circles of dependencies', 'G4', 'the circle is named; a long chain does not overflow'],
    ['R7', 5, 'Hold the rules against a model', 'R1 R2 R4 R5 R6', 'random commands; same answers; seeds are printed'],
  ],
  disk: [
    ['D1', 9, 'A file system that can fail on purpose', 'G5', 'any call can fail, be cut short or be the last one'],
    ['D2', 9, 'Know a process from its namesake', 'G5', 'pid, start time, boot; a reused pid does not fool it'],
    ['D3', 9, 'A numbered lock', 'D1 D2', 'no name is used twice; one winner at a time'],
    ['D4', 8, 'Prove the lock on every interleaving', 'D3', 'three processes; crashes and stops at every step'],
    ['D5', 8, 'A journal that is the commit', 'D1', 'checksum on each line; flushed before the answer'],
    ['D6', 8, 'Recover after a crash', 'D5 D3', 'nothing acknowledged is lost; nothing is half there'],
    ['D7', 7, 'Replace a file whole', 'D1', 'old or new and never a mixture; write lengths are checked'],
    ['D8', 6, 'Say clearly when the disk says no', 'D6 D7', 'full, read-only, denied: each has its own words'],
  ],
  store: [
    ['S1', 8, 'Names of card files', 'G1', 'no two ids share a file; no id becomes a path'],
    ['S2', 8, 'Read and write a card file', 'S1 D7 G4', 'unknown fields are kept; damage is told with its line'],
    ['S3', 8, 'Open, lock, commit, answer', 'S2 D6 D4 R4', 'no await between lock and unlock'],
    ['S4', 7, 'An index for cold starts', 'S2 R1', 'the next card among 100,000 in milliseconds'],
    ['S5', 7, 'Create and claim', 'S3 S4 R5', 'a repeated key is safe; no worker starves'],
    ['S6', 7, 'Complete, fail, release, renew', 'S5', 'the fence is checked under the lock'],
    ['S7', 6, 'Link and unlink', 'S3 R6', 'repeating changes nothing; circles are refused'],
    ['S8', 6, 'Many operations, all or none', 'S6 S7', 'one commit; a dry run changes nothing'],
    ['S9', 5, 'History and watch', 'S3', 'no gap, no repeat; the events of files are only hints'],
    ['S10', 5, 'Import and export', 'S8', 'lossless both ways; every bad line is named'],
    ['S11', 4, 'Explain and stats', 'S5', 'every reason why a card waits'],
    ['S12', 4, 'Notice cards edited by hand', 'S9', 'a broken file is never overwritten'],
    ['S13', 4, 'Archive what is done', 'S6', 'archived cards still satisfy dependencies'],
    ['S14', 3, 'A doctor for stores', 'S10 S12 S13', 'repairs what is safe; deletes no only copy'],
  ],
  'command line': [
    ['C1', 7, 'Read options the same way everywhere', 'G3 G5', 'unknown flags are refused with the right one'],
    ['C2', 7, 'Durations and times', 'C1', '90s, 15m, 4h; anything else is refused'],
    ['C3', 6, 'Print for people and for programs', 'C1', 'one JSON value under --json; errors on stderr'],
    ['C4', 6, 'A table that fits the terminal', 'C3', 'wide characters count twice; colours only where seen'],
    ['C5', 6, 'The commands for workers', 'C2 C3 S6', 'claim, renew, complete, fail and release'],
    ['C6', 5, 'The commands for planners', 'C4 S7 S10', 'create, update, link, import and export'],
    ['C7', 5, 'A page for a card', 'C4', 'acceptance as a check list; dates one can read'],
    ['C8', 4, 'The graph as a tree', 'C4 S7', 'a card shown before is named and not repeated'],
    ['C9', 4, 'Edit a card in an editor', 'C6 S8', 'applied as one step; text is never lost'],
    ['C10', 3, 'Completion for three shells', 'C5 C6', 'ids too; quick enough for a key press'],
  ],
  proof: [
    ['P1', 6, 'Every crash state recovers', 'S3 D6', 'each prefix of the calls; torn and lost writes'],
    ['P2', 6, 'Torture with real processes', 'S6 P1', 'killed and stopped at random; the history adds up'],
    ['P3', 5, 'One contract for every store', 'S14', 'written against the operations'],
    ['P4', 5, 'Bugs planted on purpose are found', 'P2', 'twenty of them; none survives'],
    ['P5', 4, 'Speed that does not grow with the store', 'S4 S6', '1,000 and 100,000 cards cost about the same'],
  ],
  release: [
    ['L1', 5, 'The first screen of the README', 'C5', 'three sentences and two commands'],
    ['L2', 4, 'A two-minute tour', 'L1 C7 C8', 'every output is real'],
    ['L3', 4, 'The architecture on one page', 'P3', 'a picture, and where a change belongs'],
    ['L4', 3, 'How it compares', 'P4 P5', 'honest; also where others are better'],
    ['L5', 3, 'Pack and install it in an empty folder', 'C10 P3', 'runs from the package alone'],
    ['L6', 2, 'A demo with real workers', 'C5 S10', 'one of them is killed; nothing is lost'],
    ['L7', 1, 'Release it', 'L2 L3 L4 L5 L6 C9 S11 P4 R7 G6 D8', 'everything above is done'],
  ],
};

/** JSON Lines, as `import` reads them. */
export function planLines(): readonly string[] {
  return Object.entries(PHASES).flatMap(([phase, rows]) =>
    rows.map(([id, priority, title, dependsOn, acceptance = '']) =>
      JSON.stringify({
        id,
        title,
        phase,
        priority,
        dependsOn: dependsOn.split(' ').filter((one) => one !== ''),
        acceptance: acceptance.split('; ').filter((one) => one !== ''),
        maxAttempts: 5,
      }),
    ),
  );
}
