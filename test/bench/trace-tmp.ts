import { FileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { FileStore } from '../../src/backlog/files/file-store.ts';
import { storePaths } from '../../src/backlog/files/form/layout.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { systemClock } from '../../src/host/clock.ts';
import { currentIdentity, livenessOf } from '../../src/host/process-identity.ts';
import { intercepted } from '../model/intercepted.ts';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
const home = process.argv[2]!;
let on = false;
const log = new Map<string, number[]>();
const files = intercepted(nodeFileSystem, (name: any, call: any, args: any) => {
  if (!on) return call();
  const a = performance.now();
  try {
    return call();
  } finally {
    const t = (performance.now() - a) * 1000;
    const key =
      name +
      ' ' +
      (typeof args?.[0] === 'string'
        ? String(args[0])
            .replace(home, '')
            .replace(/[0-9a-f]{16,}/, 'T')
            .replace(/card-\d+/, 'card')
            .replace(/\d+/g, 'N')
        : '') +
      (typeof args?.[1] === 'string'
        ? ' ' +
          args[1]
            .replace(home, '')
            .replace(/[0-9a-f]{16,}/, 'T')
            .replace(/card-\d+/, 'card')
            .replace(/\d+/g, 'N')
        : '');
    (log.get(key) ?? log.set(key, []).get(key)!).push(t);
  }
});
const identity = currentIdentity();
const store = new FileStore({
  files,
  paths: storePaths(home),
  clock: systemClock,
  identity,
  livenessOf: (o: any) => livenessOf(o, identity),
  newToken: () => randomBytes(8).toString('hex'),
  staleMs: 60000,
  spareAfterMs: 250,
  sleep: async (ms: number) => {
    await sleep(ms);
  },
  random: Math.random,
  durable: true,
  actor: null,
});
const backlog = new FileBacklog(store);
const pair = async () => {
  const c = await backlog.claim({ owner: 'w' });
  await backlog.complete({ id: c!.id, owner: 'w' });
};
for (let i = 0; i < 3000; i++) await pair();
on = true;
const t0 = performance.now();
const n = 2000;
for (let i = 0; i < n; i++) await pair();
const whole = ((performance.now() - t0) * 1000) / n / 2;
console.log('per change', whole.toFixed(0));
let sum = 0;
const rows = [...log]
  .map(([k, v]) => {
    const s = v.reduce((a, b) => a + b, 0);
    sum += s;
    v.sort((a, b) => a - b);
    return { k, per: s / n / 2, each: v[v.length >> 1]!, count: v.length / n / 2 };
  })
  .sort((a, b) => b.per - a.per);
for (const r of rows.slice(0, 40))
  console.log(r.per.toFixed(1).padStart(7), r.count.toFixed(2).padStart(6), r.each.toFixed(1).padStart(7), r.k);
console.log('in calls', (sum / n / 2).toFixed(0));
on = false;
const t1 = performance.now();
for (let i = 0; i < n; i++) await pair();
console.log('untraced per change', (((performance.now() - t1) * 1000) / n / 2).toFixed(0));
await backlog.close();
