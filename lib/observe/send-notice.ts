import { ownWords } from "../auth/own-words.ts";
import { anySignal } from "../base/any-signal.ts";
import { collect } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import { FerryError, type Remedy, toFerryError } from "../base/error.ts";
import type { Random } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import { retryByRemedy } from "../http/retry.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import type { Transport } from "../http/transport.ts";
import type { Notice, NoticeSender } from "./notice-sender.ts";

/** One notice to send. */
export interface NoticeOrder {
  readonly sender: NoticeSender;
  /** Makes it anew for each try: signatures hold the time. */
  readonly write: () => Notice;
  /** What the receiver's words must not show. */
  readonly secrets: readonly Secret[];
  readonly signal: AbortSignal;
}

/** What notices are sent with. */
export interface NoticeWire {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly userAgent: string;
}

const TRIES_MAX = 3;
const TRY_MS_MAX = 10_000;
/** A receiver that wants a longer pause is asked by a later sweep. */
const PAUSE_MS_MAX = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Sends a notice, three times at most. No redirect is followed: it would carry the notice to where
 * nobody wanted it.
 *
 * @throws {FerryError} that never shows the address: `NOTICE_BUSY`, `NOTICE_TIMEOUT` (retry),
 * `NOTICE_REFUSED` (giveUp), `NOTICE_ADDRESS_FORBIDDEN` (fixInput), `NOTICE_UNSENT`.
 */
export async function sendNotice(order: NoticeOrder, wire: NoticeWire): Promise<void> {
  const { clock, random } = wire;
  const { signal } = order;
  await retryByRemedy(() => tryNotice(order, wire), {
    ...{ clock, random, signal },
    attemptsMax: TRIES_MAX,
    retryAfterMaxMs: PAUSE_MS_MAX,
  });
}

/** What a receiver answered. */
interface Answer {
  readonly status: number;
  readonly text: string;
  /** How long it asks to wait. */
  readonly pauseMs: number | undefined;
}

async function tryNotice(order: NoticeOrder, wire: NoticeWire): Promise<void> {
  const timeout = new AbortController();
  const cancel = wire.clock.schedule(TRY_MS_MAX, () => timeout.abort(tooSlow()));
  let answer: Answer;
  try {
    const signal = anySignal([order.signal, timeout.signal]);
    answer = await post(order.write(), signal, wire);
  } catch (thrown) {
    throw withoutAddress(toFerryError(thrown));
  } finally {
    cancel();
  }
  const refusal = refusalOf(answer, order);
  if (refusal !== undefined) throw refusal;
}

async function post(notice: Notice, signal: AbortSignal, wire: NoticeWire): Promise<Answer> {
  const { transport, clock, userAgent } = wire;
  const { status, headers, body } = await transport.send({
    method: "POST",
    url: notice.url,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": userAgent,
      ...notice.headers,
    },
    body: notice.body,
    signal,
  });
  const bytes = await collect(body, ANSWER_BYTES_MAX);
  const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
  return { status, text, pauseMs: retryAfterMs(headers, clock.now()) };
}

function refusalOf(answer: Answer, { sender, secrets }: NoticeOrder): FerryError | undefined {
  const { status, text } = answer;
  const own = sender.refusal(text);
  if (status >= 200 && status < 300 && own === undefined) return undefined;
  const words = ownWords(own?.words ?? text, secrets);
  const code = own === undefined ? "" : ` with code ${own.code}`;
  const message = `the receiver answered ${status}${code}${words && `: ${words}`}`;
  const isBusy = status === 408 || status === 429 || status >= 500;
  return isBusy || own?.busy === true ? busy(message, answer) : refused(message, status);
}

function busy(message: string, { status, pauseMs }: Answer): FerryError {
  const pause = pauseMs === undefined ? {} : { retryAfterMs: pauseMs };
  const remedy: Remedy = pauseMs === undefined ? "retry" : "retryAfter";
  return new FerryError(message, { code: "NOTICE_BUSY", remedy, status, ...pause });
}

function refused(message: string, status: number): FerryError {
  const isRedirect = status >= 300 && status < 400;
  return new FerryError(message, {
    code: "NOTICE_REFUSED",
    remedy: "giveUp",
    status,
    hint: isRedirect
      ? "Redirects are not followed: give the address it leads to."
      : "Check the address and the secret of this notification.",
  });
}

/** The same failure without the words of the transport, which name the address. */
function withoutAddress(error: FerryError): FerryError {
  const { code, remedy } = error;
  if (code.startsWith("NOTICE_")) return error;
  if (code === "ADDRESS_FORBIDDEN") {
    return new FerryError("the receiver's address is a private or reserved one", {
      code: "NOTICE_ADDRESS_FORBIDDEN",
      remedy: "fixInput",
      hint: "If that is meant, set allowPrivate for this notification.",
    });
  }
  return new FerryError(`the receiver could not be reached (${code})`, {
    code: "NOTICE_UNSENT",
    remedy,
  });
}

function tooSlow(): FerryError {
  return new FerryError(`the receiver did not answer within ${TRY_MS_MAX / 1000} s`, {
    code: "NOTICE_TIMEOUT",
    remedy: "retry",
  });
}
