/**
 * The first version: the table of an older program with its fifteen columns, its type and its three indexes, as far as it
 * is not there yet; our columns beside them, each with a default, so that programs which do not know them work on.
 */
import { CLAIM_ORDER } from '../form/columns.ts';
import { isUnique, KEY_TWICE } from './unique.ts';

/** Of the working set only what can be claimed, in the order in which it is claimed. */
const CLAIM_KEY = CLAIM_ORDER.replaceAll('card.', '');

/** Ours; those of the older program are its own matter, as long as they do what they are for. */
export const INDEXES: readonly string[] = [
  'backlog_claimable_idx',
  'backlog_claimed_idx',
  'backlog_not_before_idx',
  'backlog_history_id_idx',
];

export const FIRST: string = `
DO $$ BEGIN
  IF to_regclass('backlog') IS NULL AND NOT EXISTS (
    SELECT FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace
    WHERE typname = 'backlog_status' AND nspname = current_schema()
  ) THEN
    CREATE TYPE backlog_status AS ENUM ('ready', 'claimed', 'blocked', 'done');
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS backlog (
  id text PRIMARY KEY,
  title text NOT NULL,
  body text,
  phase text,
  priority integer NOT NULL DEFAULT 0,
  status backlog_status NOT NULL DEFAULT 'ready',
  depends_on jsonb NOT NULL DEFAULT '[]',
  claim_owner text,
  claim_ttl_seconds integer,
  claimed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  idempotency_key text,
  acceptance jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS backlog_status_idx ON backlog (status);
CREATE INDEX IF NOT EXISTS backlog_phase_idx ON backlog (phase);
DO $$ BEGIN
  -- With keys that stand there twice it cannot be made: then the doctor says so.
  IF NOT ${isUnique('idempotency_key')} AND NOT EXISTS (${KEY_TWICE}) THEN
    -- Under the name of KEY_INDEX, or, where another index has it, the next one that is free.
    CREATE UNIQUE INDEX ON backlog (idempotency_key);
  END IF;
END $$;

ALTER TABLE backlog
  ADD COLUMN IF NOT EXISTS rev bigint NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS labels text[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS max_attempts bigint,
  ADD COLUMN IF NOT EXISTS not_before timestamptz,
  ADD COLUMN IF NOT EXISTS status_reason text,
  ADD COLUMN IF NOT EXISTS result json,
  ADD COLUMN IF NOT EXISTS extra json,
  ADD COLUMN IF NOT EXISTS archived boolean NOT NULL DEFAULT FALSE,
  ADD COLUMN IF NOT EXISTS acceptance_as_written json;

CREATE INDEX IF NOT EXISTS backlog_claimable_idx ON backlog (${CLAIM_KEY}) WHERE status = 'ready';
CREATE INDEX IF NOT EXISTS backlog_claimed_idx ON backlog (claimed_at) WHERE status = 'claimed';
CREATE INDEX IF NOT EXISTS backlog_not_before_idx ON backlog (not_before)
  WHERE status = 'ready' AND not_before IS NOT NULL;

CREATE TABLE IF NOT EXISTS backlog_history (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  by text,
  from_status text,
  to_status text,
  rev bigint NOT NULL,
  reason text,
  token bigint
);
CREATE INDEX IF NOT EXISTS backlog_history_id_idx ON backlog_history (id, seq);
`;
