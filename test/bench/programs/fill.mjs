// Writes cards as JSON Lines, for an import. usage: fill.mjs COUNT > FILE
import { cards } from './contract.mjs';

for (const card of cards(Number(process.argv[2]))) process.stdout.write(`${JSON.stringify(card)}\n`);
