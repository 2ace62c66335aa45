/**
 * The second version: what other programs write, and people with SQL, is taken up like any other change. It gets its
 * revision and its line in the history, and wakes those who wait. Our own writers say who they are and do it themselves.
 *
 * The line is written at the very end of the other's transaction: until then nobody waits for the last number.
 */
import { CHANNEL, WITHOUT_WORK, WORK } from '../notification.ts';
import { WRITER } from '../transaction-text.ts';

const IS_FOREIGN = `coalesce(current_setting('${WRITER}', TRUE), '') = ''`;

const QUIET = WITHOUT_WORK.map((kind) => `'${kind}'`).join(', ');

/** A card's times have no more digits than milliseconds, and its place in the order must not hang on what nobody sees. */
const TIMES = ['created_at', 'updated_at', 'claimed_at', 'not_before'] as const;

/** @param schema quoted; what a function means must not depend on who calls it */
export function upkeep(schema: string): string {
  return `
UPDATE backlog SET ${TIMES.map((name) => `${name} = date_trunc('milliseconds', ${name})`).join(', ')}
WHERE ${TIMES.map((name) => `${name} <> date_trunc('milliseconds', ${name})`).join(' OR ')};

CREATE OR REPLACE FUNCTION backlog_take_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.rev <= OLD.rev AND NEW::text IS DISTINCT FROM OLD::text THEN
    NEW.rev := OLD.rev + 1;
  END IF;
  ${TIMES.map((name) => `NEW.${name} := date_trunc('milliseconds', NEW.${name});`).join('\n  ')}
  NEW.archived := NEW.archived AND NEW.status = 'done';
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION backlog_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = ${schema}, pg_temp AS $$
DECLARE
  told backlog_history;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.rev = OLD.rev THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    told.id := OLD.id; told.kind := 'deleted'; told.from_status := OLD.status; told.rev := OLD.rev + 1;
  ELSE
    told.id := NEW.id; told.rev := NEW.rev; told.to_status := NEW.status;
    IF TG_OP = 'INSERT' THEN
      told.kind := 'created';
    ELSE
      told.from_status := OLD.status;
      told.kind := CASE
        WHEN NEW.id <> OLD.id THEN 'edited'
        WHEN NEW.status = 'claimed' AND (OLD.status <> 'claimed' OR NEW.attempts > OLD.attempts) THEN 'claimed'
        WHEN NEW.status = 'claimed' AND NEW.claim_owner = OLD.claim_owner
          AND (NEW.claimed_at, NEW.claim_ttl_seconds) <> (OLD.claimed_at, OLD.claim_ttl_seconds) THEN 'renewed'
        WHEN NEW.status = 'ready' AND OLD.status = 'claimed' THEN 'reclaimed'
        WHEN NEW.status = 'ready' AND OLD.status = 'blocked' THEN 'unblocked'
        WHEN NEW.status = 'blocked' AND OLD.status <> 'blocked' THEN 'blocked'
        WHEN NEW.status = 'done' AND OLD.status <> 'done' THEN 'completed'
        ELSE 'edited'
      END;
      told.by := CASE
        WHEN told.kind IN ('claimed', 'renewed') THEN NEW.claim_owner
        WHEN told.kind = 'completed' THEN OLD.claim_owner
      END;
    END IF;
  END IF;
  UPDATE backlog_store SET last_seq = last_seq + 1 RETURNING last_seq INTO told.seq;
  told.at := date_trunc('milliseconds', clock_timestamp());
  INSERT INTO backlog_history VALUES (told.*);
  PERFORM pg_notify('${CHANNEL}', CASE WHEN told.kind IN (${QUIET}) THEN '' ELSE '${WORK}' END);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backlog_take_up ON backlog;
CREATE TRIGGER backlog_take_up BEFORE INSERT OR UPDATE ON backlog
  FOR EACH ROW WHEN (${IS_FOREIGN}) EXECUTE FUNCTION backlog_take_up();
DROP TRIGGER IF EXISTS backlog_tell ON backlog;
CREATE CONSTRAINT TRIGGER backlog_tell AFTER INSERT OR UPDATE OR DELETE ON backlog
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (${IS_FOREIGN}) EXECUTE FUNCTION backlog_tell();
`;
}
