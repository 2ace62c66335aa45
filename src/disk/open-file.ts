/**
 * One file, open to be read here and there, and closed by whoever has opened it. It goes on being the file that was
 * opened, whatever is put under its name meanwhile.
 */
import { type FileSystem, systemErrorCode } from './filesystem.ts';

export class OpenFile {
  readonly #files: FileSystem;
  #descriptor: number | null = null;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  get isOpen(): boolean {
    return this.#descriptor !== null;
  }

  /**
   * Closes what was open before.
   *
   * @returns how many bytes it has; null when no file has that name, and then nothing is open
   * @throws the system's error
   */
  open(path: string): number | null {
    this.close();
    try {
      this.#descriptor = this.#files.open(path, 'read');
      const { kind, bytes } = this.#files.statOpen(this.#descriptor);
      if (kind === 'file') return bytes;
    } catch (error) {
      this.close();
      const code = systemErrorCode(error);
      if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
    }
    this.close();
    return null;
  }

  /**
   * Fills `into` as far as the file goes; returns how many bytes there were.
   *
   * @throws the system's error
   */
  readAt(into: Uint8Array, position: number): number {
    if (this.#descriptor === null) return 0;
    let filled = 0;
    while (filled < into.length) {
      const rest = filled === 0 ? into : into.subarray(filled);
      const count = this.#files.read(this.#descriptor, rest, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  /** Throws nothing: what was only read is not lost. */
  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    try {
      if (descriptor !== null) this.#files.close(descriptor);
    } catch {
      // There is nothing left to be done with it.
    }
  }
}
