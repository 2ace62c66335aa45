/** Names the machine that the figures were taken on. */
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** The magic numbers of file systems that people measure on; `man 2 statfs`. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlay',
  0x2fc12fc1: 'zfs',
};

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly fileSystem: string;
  readonly node: string;
}

export function machine(folder: string): Machine {
  const magic = statfsSync(folder).type;
  return {
    processor: processorName(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    fileSystem: FILE_SYSTEMS[magic] ?? `file system ${magic.toString(16)}`,
    node: process.version,
  };
}

export function machineSentence({ processor, cores, memoryGiB, system, fileSystem, node }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, ${fileSystem}, Node ${node.slice(1)}`;
}

/** Node reads the name from the same file, but leaves it out on some machines. */
function processorName(): string {
  const known = cpus()[0]?.model.trim() ?? '';
  if (known !== '' && known !== 'unknown') return known;
  try {
    return /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'an unnamed processor';
  } catch {
    return 'an unnamed processor';
  }
}
