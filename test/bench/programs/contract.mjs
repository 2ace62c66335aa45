// What a claim is in SQL: the first ready card whose dependencies are done, by priority, age and id.
export const COLUMNS = `
  id text primary key, title text not null, status text not null, priority integer not null,
  depends_on text not null, claim_owner text, claimed_at bigint, attempts integer not null default 0,
  created_at bigint not null, updated_at bigint not null`;

export const INDEX = `create index by_claim_order on backlog (status, priority desc, created_at, id)`;

/** Each fifth card waits for one that comes fifty cards before it. */
export function* cards(count) {
  for (let i = 0; i < count; i += 1) {
    const id = idOf(i);
    yield {
      id,
      title: `The card with the number ${i}`,
      priority: 0,
      dependsOn: i % 5 === 4 && i > 50 ? [idOf(i - 50)] : [],
    };
  }
}

function idOf(i) {
  return `card-${String(i).padStart(6, '0')}`;
}
