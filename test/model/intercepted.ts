/** A file system each of whose calls goes through somebody's hands first. */
import type { FileSystem } from '../../src/disk/filesystem.ts';

/** @param call makes the real call; its answer, or any other, is what the caller gets */
export type Intercept = (name: keyof FileSystem, call: () => unknown, parameters: readonly unknown[]) => unknown;

export function intercepted(real: FileSystem, intercept: Intercept): FileSystem {
  return new Proxy(real, {
    get:
      (target, name: keyof FileSystem) =>
      (...parameters: readonly unknown[]) =>
        intercept(name, () => Reflect.apply(target[name], target, parameters), parameters),
  });
}
