/** `schema`: the JSON Schema of a card, for editors and other languages. */
import { defineCommand, type RunnableCommand } from '../command.ts';

export const command: RunnableCommand = defineCommand({
  options: {},
  examples: ['schema > card.schema.json'],
  async run({ output }) {
    const { cardJsonSchema } = await import('../../backlog/card-json-schema.ts');
    await output.write(`${JSON.stringify(cardJsonSchema(), null, 2)}\n`);
  },
});
