/**
 * The contract test-suite: what the backlog promises, whatever stores it. It is written against the operations alone;
 * a store runs it with a file of ten lines that says how an empty one is made.
 */
import { describe } from 'vitest';
import { promisesOfArchive } from './archive.ts';
import { promisesOfBatch } from './batch.ts';
import { promisesOfClaim } from './claim.ts';
import { promisesOfCreate } from './create.ts';
import { promisesOfCycles } from './cycles.ts';
import { promisesOfDoctor } from './doctor.ts';
import { promisesOfEdges } from './edges.ts';
import { promisesOfErrors } from './errors.ts';
import { promisesOfExpiry } from './expiry.ts';
import { promisesOfExplain } from './explain.ts';
import { promisesOfExport } from './export.ts';
import { promisesOfFences } from './fence.ts';
import { promisesOfHandles } from './handles.ts';
import { promisesOfHistory } from './history.ts';
import { promisesOfImport } from './import.ts';
import { promisesOfInput } from './input.ts';
import { promisesOfLife } from './life.ts';
import { promisesOfReading } from './reading.ts';
import { promisesOfStats } from './stats.ts';
import { promisesOfUpdate } from './update.ts';
import { promisesOfWaiting } from './waiting.ts';
import { promisesOfWatch } from './watch.ts';
import { promiseTest, type NewStore } from './promise.ts';

export function contractSuite(name: string, newStore: NewStore): void {
  const it = promiseTest(newStore);
  describe(name, () => {
    promisesOfCreate(it);
    promisesOfCycles(it);
    promisesOfReading(it);
    promisesOfClaim(it);
    promisesOfWaiting(it);
    promisesOfExpiry(it);
    promisesOfFences(it);
    promisesOfLife(it);
    promisesOfEdges(it);
    promisesOfUpdate(it);
    promisesOfBatch(it);
    promisesOfExplain(it);
    promisesOfStats(it);
    promisesOfHistory(it);
    promisesOfWatch(it);
    promisesOfImport(it);
    promisesOfExport(it);
    promisesOfArchive(it);
    promisesOfDoctor(it);
    promisesOfHandles(it);
    promisesOfInput(it);
    promisesOfErrors(it);
  });
}
