/** Whether two JSON values say the same, whatever the order of the fields in their objects. */
import type { Json } from './card.ts';

export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isArray(a) || isArray(b)) {
    return isArray(a) && isArray(b) && a.length === b.length && a.every((item, index) => sameItem(item, b[index]));
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameItem(a[name], b[name]))
  );
}

function sameItem(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && sameJson(a, b);
}

/** `Array.isArray` does not narrow a read-only array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
