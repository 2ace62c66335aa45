/** The card's JSON Schema, for editors and other languages; made from the one schema the program itself uses. */
import * as z from 'zod/mini';
import { cardInputSchema } from './card-schema.ts';

/** JSON Schema (draft 2020-12) of a card as a file or an import line may hold it. */
export function cardJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(cardInputSchema(), { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'mosaic-fleet card' };
}
