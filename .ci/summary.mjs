// The last line of .ci/run, from the report that vitest wrote: `N passed, N failed`.
// Arguments: the report, and the exit status of the run. A run that ended without a report, or failed outside of any
// test (an unhandled error, a warning of the process), counts as one failure.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
const { passed, failed } = counts();
console.log(`${passed} passed, ${failed} failed`);

function counts() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const failures = Math.max(report.numFailedTests, report.success && status === '0' ? 0 : 1);
    return { passed: report.numPassedTests, failed: failures };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
