/**
 * How the tests run: each file in a process of its own, on machines of two cores and more.
 * An unhandled error or a warning of the process fails the run, wherever it comes from.
 */
import type { ViteUserConfig } from 'vitest/config';

/** Folders whose tests start what is built; it is built anew before them when the sources have changed. */
const STARTS_PROCESSES = [
  'test/cli/**/*.test.ts',
  'test/fleet/**/*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/install/**/*.test.ts',
  'test/syscalls/**/*.test.ts',
];

/** Tests that need a Postgres server; one is started for all of them. */
const NEEDS_POSTGRES = ['test/postgres/**/*.test.ts', 'test/contract/postgres.test.ts'];

/** Folders whose tests need the machine for themselves: they run last and one file at a time. */
const NEEDS_THE_MACHINE = ['test/processes/**/*.test.ts', 'test/torture/**/*.test.ts'];

const config: ViteUserConfig = {
  test: {
    pool: 'forks',
    isolate: true,
    // One more than the processors of the smallest machine: every third test waits for processes of its own.
    maxWorkers: 3,
    setupFiles: ['test/house/no-warnings.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'in process',
          include: ['test/**/*.test.ts'],
          exclude: [...STARTS_PROCESSES, ...NEEDS_POSTGRES, ...NEEDS_THE_MACHINE],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: STARTS_PROCESSES,
          globalSetup: ['test/house/build-first.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: NEEDS_POSTGRES,
          globalSetup: ['test/house/build-first.ts', 'test/postgres/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: NEEDS_THE_MACHINE,
          globalSetup: ['test/house/build-first.ts'],
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
