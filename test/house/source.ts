/**
 * What the house rules look at: every source file, parsed, with its imports, its functions and its comments.
 * The parser is the one the build already uses.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';

export interface Source {
  /** From the top of the repository, with forward slashes: `src/card/card.ts`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  readonly comments: readonly string[];
  readonly beginsWithComment: boolean;
  /** Nothing but `export ... from`. */
  readonly onlyReexports: boolean;
}

export interface Import {
  readonly line: number;
  /** As written: `../card/card.ts`, `node:fs`, `commander`. */
  readonly specifier: string;
  /** The file a relative specifier names, from the top of the repository; null for a package or a builtin. */
  readonly file: string | null;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** What a command has made or installed there is nobody's source. */
const MADE = /\/(node_modules|sandbox)\//;

/** Every TypeScript and JavaScript file below the given folders of the repository. */
export function readSources(...folders: readonly string[]): readonly Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !MADE.test(file))
      .sort()
      .map((file) => parseSource(relative(ROOT, file), readFileSync(file, 'utf8'))),
  );
}

export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text, { sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  const functions: FunctionSize[] = [];
  visit(program, 'module', (node, name) => {
    const specifier = specifierOf(node);
    if (specifier !== null) {
      const file = specifier.startsWith('.') ? join(dirname(path), specifier) : null;
      imports.push({ line: lineAt(node.start), specifier, file });
    }
    if (FUNCTIONS.has(node.type)) {
      const line = lineAt(node.start);
      functions.push({ name, line, lines: lineAt(node.end) - line + 1 });
    }
  });
  return {
    path,
    lines: text.replace(/\n$/, '').split('\n').length,
    imports,
    functions,
    comments: comments.map((comment) => comment.value),
    beginsWithComment: /^(#!.*\n)?\s*\/[/*]/.test(text),
    onlyReexports: program.body.length > 0 && program.body.every(isReexport),
  };
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

const IMPORTS: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ImportExpression',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'TSImportType',
]);

function isReexport(node: unknown): boolean {
  if (!isNode(node)) return false;
  return node.type.startsWith('Export') && specifierOf(node) !== null;
}

function specifierOf(node: Node): string | null {
  if (!IMPORTS.has(node.type) || !isNode(node['source'])) return null;
  const value = node['source']['value'];
  return typeof value === 'string' ? value : null;
}

/** Calls `see` with every node below, and with the nearest name a reader would call it by. */
function visit(node: unknown, name: string, see: (node: Node, name: string) => void): void {
  if (Array.isArray(node)) {
    for (const element of node) visit(element, name, see);
  } else if (isNode(node)) {
    const nearest = nameOf(node) ?? name;
    see(node, nearest);
    for (const child of Object.values(node)) visit(child, nearest, see);
  }
}

function nameOf(node: Node): string | null {
  for (const holder of [node['id'], node['key']]) {
    if (isNode(holder) && typeof holder['name'] === 'string') return holder['name'];
  }
  return null;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
