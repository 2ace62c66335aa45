// Where the peers come from: packages beside .ci/bench, which `npm run bench` installs and nothing else needs.
import { createRequire } from 'node:module';

export const require = createRequire(new URL('../../../.ci/bench/package.json', import.meta.url));
