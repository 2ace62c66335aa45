// An agent's input as the tests need it: asks for bracketed paste, draws its input in a box, shows a mark in place of a
// long paste, and takes an Enter that follows a burst of text too closely for a line of that text.
// usage: node agent.mjs OUT    every submitted text is a line of JSON in the file OUT
//   DEAF_TO_ENTERS=n           does nothing at all at the first n of them
import { appendFileSync } from 'node:fs';

const BURST_MS = 120;
const FOLD = 50;
const COLLAPSED_FROM = 800;

const [out = ''] = process.argv.slice(2);
let deafFor = Number(process.env.DEAF_TO_ENTERS ?? '0');
let input = '';
let shown = '';
let pastes = 0;
let submitted = 0;
let burstAtMs = -Infinity;
let pending = '';

function draw() {
  const rows = shown.match(new RegExp(`.{1,${FOLD}}`, 'gsu')) ?? ['Ask for anything'];
  const box = rows.map((row) => `│ ${row.replaceAll('\n', '↵')} │`);
  process.stdout.write(`\x1b[2J\x1b[Hready, ${submitted} submitted\r\n${box.join('\r\n')}\r\n`);
}

function typed(text) {
  burstAtMs = performance.now();
  input += text;
  shown += text;
}

function pasted(text) {
  if (!text.includes('\n') && text.length < COLLAPSED_FROM) return typed(text);
  burstAtMs = performance.now();
  pastes += 1;
  input += text;
  shown += `[Pasted text #${pastes} +${text.split('\n').length - 1} lines]`;
}

function enter() {
  if (performance.now() - burstAtMs < BURST_MS) return typed('\n');
  if (deafFor > 0) {
    deafFor -= 1;
    return;
  }
  appendFileSync(out, `${JSON.stringify(input)}\n`);
  submitted += 1;
  input = '';
  shown = '';
}

process.stdin.setRawMode(true).setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  pending += chunk;
  const before = shown + String(submitted);
  while (pending !== '') {
    // oxlint-disable-next-line no-control-regex -- the brackets of a paste are what is looked for
    const paste = /^\x1b\[200~(.*?)\x1b\[201~/s.exec(pending);
    if (paste !== null) {
      pasted(paste[1]);
      pending = pending.slice(paste[0].length);
    } else if (pending.startsWith('\x1b')) {
      // The rest of the paste is still on its way.
      break;
    } else {
      const [key] = pending;
      if (key === '\r') enter();
      else typed(key);
      pending = pending.slice(key.length);
    }
  }
  if (shown + String(submitted) !== before) draw();
});
process.stdout.write('\x1b[?2004h');
draw();
