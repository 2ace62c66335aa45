/** Makes plain JavaScript of a program of this folder, because Node 20 does not read TypeScript. */
import { rolldown } from 'rolldown';

/** @returns the path of the program, in `folder` */
export async function bundle(program: string, folder: string): Promise<string> {
  const made = await rolldown({
    input: `test/torture/${program}.ts`,
    platform: 'node',
    external: [/^node:/, 'rolldown'],
  });
  await made.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  await made.close();
  return `${folder}/${program}.mjs`;
}
