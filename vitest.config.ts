/**
 * How the tests run: each file in a process of its own, on machines of two cores and more.
 * An unhandled error or a warning of the process fails the run, wherever it comes from.
 */
import type { ViteUserConfig } from 'vitest/config';
import { temporaryInMemory } from './test/house/in-memory.ts';

/** Folders whose tests start what is built; it is built anew before them when the sources have changed. */
const STARTS_PROCESSES = [
  'test/cli/**/*.test.ts',
  'test/fleet/**/*.test.ts',
  'test/install/**/*.test.ts',
  'test/pglite/**/*.test.ts',
  'test/syscalls/**/*.test.ts',
];

/** Tests in which the file system itself is tried; all others may have theirs in memory. */
const ON_DISK = [
  'test/disk/**/*.test.ts',
  // One file makes thousands of stores, and hands its reader a file system of its own.
  'test/files/**/!(overtaken-reader).test.ts',
  'test/hostile/**/*.test.ts',
];

/** Tests that need a Postgres server; one is started for all of them. */
const NEEDS_POSTGRES = ['test/postgres/**/*.test.ts', 'test/contract/postgres.test.ts'];

/** Folders whose tests need the machine for themselves: they run last and one file at a time. */
const NEEDS_THE_MACHINE = ['test/processes/**/*.test.ts', 'test/torture/**/*.test.ts'];

const BUILD_FIRST = 'test/house/build-first.ts';
const IN_MEMORY = 'test/house/in-memory.ts';

const config: ViteUserConfig = {
  test: {
    pool: 'forks',
    isolate: true,
    // One more than the processors of the smallest machine: every third test waits for processes of its own.
    maxWorkers: 3,
    setupFiles: ['test/house/no-warnings.ts'],
    // Whoever runs the tests may have a backlog on a server: it is none of their business.
    env: { DATABASE_URL: '' },
    projects: [
      {
        extends: true,
        test: {
          name: 'in process',
          include: ['test/**/*.test.ts'],
          exclude: [...STARTS_PROCESSES, ...ON_DISK, ...NEEDS_POSTGRES, ...NEEDS_THE_MACHINE],
          globalSetup: [IN_MEMORY],
          env: temporaryInMemory(),
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: STARTS_PROCESSES,
          globalSetup: [BUILD_FIRST, IN_MEMORY],
          env: temporaryInMemory(),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'on disk',
          include: ON_DISK,
          globalSetup: [BUILD_FIRST],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: NEEDS_POSTGRES,
          globalSetup: [BUILD_FIRST, IN_MEMORY, 'test/postgres/global-setup.ts'],
          env: temporaryInMemory(),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: NEEDS_THE_MACHINE,
          globalSetup: [BUILD_FIRST],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
};

export default config;
