/** Whether two JSON values say the same, whatever the order of the fields in their objects. */
import type { Json } from './card.ts';

export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isArray(a) || isArray(b)) {
    return isArray(a) && isArray(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at] ?? null));
  }
  const entries = Object.entries(a);
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([name, value]) => Object.hasOwn(b, name) && sameJson(value, b[name] ?? null))
  );
}

/** `Array.isArray` does not narrow a read-only array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
