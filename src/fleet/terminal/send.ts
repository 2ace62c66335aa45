/**
 * Types a message into an agent's terminal, and makes sure that it got there.
 *
 *  1. Take the turn to type into the pane (`turn.ts`).
 *  2. Look at the screen, paste the text, and look until the text appears. What does not appear is not submitted.
 *  3. Wait until the screen is quiet, and at least so long that no program takes the Enter for a part of the paste.
 *  4. Press Enter, alone, and look until anything on the screen changes; press it again when nothing does.
 *
 * Promise: when it returns, the text was on the screen, and the screen changed after Enter. A program that shows nothing
 * of what is typed is refused rather than believed. Limit: a screen that changes all the time, by a clock or a spinner,
 * changes after Enter too, whatever became of it.
 *
 * A program that has not asked for bracketed paste takes a text of several lines line by line. Such a text is refused
 * where tmux knows that it has not asked, and where the kernel gathers lines for it; older versions of tmux know nothing,
 * and then it is typed, and the caller is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../host/clock.ts';
import { takesLines } from '../../host/terminal.ts';
import { type Addressee, type PaneView, TmuxPane } from '../../host/tmux-pane.ts';
import type { Pane, Tmux } from '../../host/tmux.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import { heartOf, judgedHeartbeats } from '../heartbeat/judged-heartbeats.ts';
import { runningPane } from './find.ts';
import { checkMessage, hasArrived, needsBracketedPaste, type Traces, tracesOf } from './message.ts';
import {
  agentGone,
  type Answered,
  answeredFor,
  notSeen,
  notSubmitted,
  readsNothing,
  tooManyLines,
  wrongMessage,
} from './refusals.ts';
import { takeTurn } from './turn.ts';

export interface SendTerms {
  readonly agent: string;
  readonly text: string;
  /** `type` leaves it in the input of the program. */
  readonly upTo: 'type' | 'submit';
}

export interface SendSurroundings {
  readonly tmux: Tmux;
  readonly clock: Clock;
  /** Where the agents say what they are. */
  readonly heartbeats: string;
}

export interface Sent {
  readonly agent: string;
  readonly pane: string;
  readonly submitted: boolean;
  /** It has several lines, and nobody can tell whether the program took them as one message. */
  readonly linesMayBeApart: boolean;
}

const ARRIVE_MS = 5000;
/** Programs take an Enter that follows within about 120 ms for a line of the paste. */
const QUIET_MS = 300;
/** A screen that is never quiet is not waited for any longer. */
const RESTLESS_MS = 3000;
const CHANGE_MS = 1000;
const ENTERS = 3;
const TURN_MS = 30_000;
const LOOK_AGAIN_MS = 60;

/** The longest part of a line that is repeated in an error. */
const QUOTED = 200;

/** Of what has left the screen; the message may push the lines before it out. */
const HISTORY_BEFORE = 100;
const HISTORY_AFTER = 2000;

/** @throws MosaicError AGENT_NOT_RUNNING, MESSAGE_NOT_ARRIVED, INVALID_INPUT, TMUX_UNKNOWN, TMUX_MISSING */
export async function send({ agent, text, upTo }: SendTerms, around: SendSurroundings): Promise<Sent> {
  const checked = checkMessage(text);
  if (checked.kind === 'refused') throw wrongMessage(checked.reason);
  const found = await runningPane(around.tmux, agent);
  if (isWorker(found, around.heartbeats)) throw readsNothing(agent);
  const typing = new Typing(agent, found, around);
  const turn = await typing.turn();
  try {
    const linesMayBeApart = await typing.type(checked.text, turn.name);
    if (upTo === 'submit') await typing.submit(turn.name);
    return { agent, pane: found.paneId, submitted: upTo === 'submit', linesMayBeApart };
  } finally {
    await turn.end();
  }
}

function isWorker({ pid, tag }: Pane, folder: string): boolean {
  const heart = heartOf(judgedHeartbeats(folder, currentIdentity()), tag, pid);
  return heart !== null && heart.liveness !== 'dead' && heart.heartbeat.mode === 'worker';
}

class Typing {
  readonly #agent: string;
  readonly #found: Pane;
  readonly #pane: TmuxPane;
  readonly #tmux: Tmux;
  readonly #clock: Clock;
  readonly #answered: Answered;
  /** What is certain by now, for whoever is told that something went wrong. */
  #aftermath = 'Nothing was typed.';

  constructor(agent: string, found: Pane, { tmux, clock }: SendSurroundings) {
    this.#agent = agent;
    this.#found = found;
    this.#pane = new TmuxPane(tmux, found.paneId);
    this.#tmux = tmux;
    this.#clock = clock;
    this.#answered = answeredFor(agent, () => this.#aftermath);
  }

  async turn(): ReturnType<typeof takeTurn> {
    const terms = { agent: this.#agent, answered: this.#answered, clock: this.#clock, waitMs: TURN_MS };
    return takeTurn(this.#pane, terms);
  }

  /** Returns when it is on the screen. @returns whether its lines may have been taken one by one */
  async type(text: string, turn: string): Promise<boolean> {
    const before = await this.#look(HISTORY_BEFORE);
    const linesMayBeApart = await this.#judgeLines(text, before);
    const traces = tracesOf(text, before.lines);
    this.#aftermath = 'Whether the message was typed is not known; it was not submitted.';
    if (!this.#answered(await this.#pane.paste(text, this.#addressee(turn)))) throw this.#gone('Nothing was typed.');
    this.#aftermath = 'The message was typed and not submitted.';
    await this.#untilArrived(text, before, traces);
    return linesMayBeApart;
  }

  /** Returns when something has changed after Enter. */
  async submit(turn: string): Promise<void> {
    for (let enters = 1; ; enters += 1) {
      const before = await this.#untilQuiet();
      this.#aftermath = 'The message was typed; whether it was submitted is not known.';
      if (!this.#answered(await this.#pane.pressEnter(this.#addressee(turn)))) {
        throw this.#gone('The message was typed, and Enter was not pressed any more.');
      }
      if (await this.#changesFrom(before)) return;
      if (enters === ENTERS) throw notSubmitted(this.#agent, ENTERS);
    }
  }

  async #judgeLines(text: string, { hasBracketedPaste, terminal }: PaneView): Promise<boolean> {
    if (!needsBracketedPaste(text) || hasBracketedPaste === true) return false;
    if (hasBracketedPaste === false || (await takesLines(terminal, this.#tmux.environment))) {
      throw tooManyLines(this.#agent);
    }
    return true;
  }

  async #untilArrived(text: string, before: PaneView, traces: Traces): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + ARRIVE_MS;
    for (;;) {
      const now = await this.#look(HISTORY_AFTER);
      if (hasArrived(traces, tracesOf(text, sinceThen(before, now)))) return;
      if (this.#clock.monotonicMs() >= untilMs) throw notSeen(this.#agent, ARRIVE_MS, lastLineOf(now));
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** @returns what is shown once it has not changed for a while */
  async #untilQuiet(): Promise<PaneView> {
    const untilMs = this.#clock.monotonicMs() + RESTLESS_MS;
    let last = await this.#look(0);
    let sinceMs = this.#clock.monotonicMs();
    while (this.#clock.monotonicMs() - sinceMs < QUIET_MS && this.#clock.monotonicMs() < untilMs) {
      await sleep(LOOK_AGAIN_MS);
      const now = await this.#look(0);
      if (differ(last, now)) sinceMs = this.#clock.monotonicMs();
      last = now;
    }
    return last;
  }

  async #changesFrom(before: PaneView): Promise<boolean> {
    const untilMs = this.#clock.monotonicMs() + CHANGE_MS;
    for (;;) {
      const now = this.#answered(await this.#pane.look(0));
      // A program that ends at Enter has taken it.
      if (now === null || now.isDead || now.pid !== before.pid || differ(before, now)) return true;
      if (this.#clock.monotonicMs() >= untilMs) return false;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async #look(historyLines: number): Promise<PaneView> {
    const view = this.#answered(await this.#pane.look(historyLines));
    if (view === null || view.isDead || view.pid !== this.#found.pid) throw this.#gone(this.#aftermath);
    return view;
  }

  #addressee(turn: string): Addressee {
    return { pid: this.#found.pid, turn };
  }

  #gone(aftermath: string): Error {
    return agentGone(this.#agent, aftermath);
  }
}

function differ(one: PaneView, other: PaneView): boolean {
  return (
    one.cursor !== other.cursor ||
    one.historyLines !== other.historyLines ||
    one.lines.join('\n') !== other.lines.join('\n')
  );
}

/** The lines from the same one on that `before` begins with, though some have left the screen since. */
function sinceThen(before: PaneView, now: PaneView): readonly string[] {
  // A history that is full is cut at its top; then there is no telling how far the lines have moved.
  const moved = Math.max(0, now.historyLines - before.historyLines);
  const shownBefore = Math.min(before.historyLines, HISTORY_BEFORE) + moved;
  const shownNow = Math.min(now.historyLines, HISTORY_AFTER);
  return now.lines.slice(Math.max(0, shownNow - shownBefore));
}

function lastLineOf({ lines }: PaneView): string {
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  return last.trim().slice(0, QUOTED);
}
