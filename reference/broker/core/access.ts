// Who is let in, and who may do what: questions that the core asks of the program that embeds it.

export interface Credentials {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly remoteAddress: string;
  /** Common name of a verified client certificate. */
  readonly certificateName: string | undefined;
}

/** What a client wants to do; `receive` is asked where `authorizesDeliveries` is set. */
export interface Intention {
  readonly kind: 'publish' | 'subscribe' | 'receive';
  readonly clientId: string;
  readonly userName: string | undefined;
  /** Topic Name of a PUBLISH, of a will or of what is delivered; Topic Filter of a SUBSCRIBE. */
  readonly topic: string;
}

/** Decides what a client may do: nothing but `true` allows it. A PUBLISH that may not be is acknowledged and passed on to nobody (MQTT-3.3.5-2). */
export type Authorize = (intention: Intention) => boolean;

/** Return codes 2, 3, 4 and 5 of Table 3.1. */
export type AuthenticationRefusal =
  | 'identifier rejected'
  | 'unavailable'
  | 'bad user name or password'
  | 'not authorized';

/** `acceptedAs`: let in under another user name than CONNECT has, such as that of a certificate, or under none. */
export type AuthenticationOutcome = 'accepted' | { readonly acceptedAs: string | undefined } | AuthenticationRefusal;

/**
 * Decides who is let in. What throws, rejects or is none of these answers counts as `unavailable`, and so does a promise that has not
 * settled when the time for CONNECT is over.
 */
export type Authenticate = (credentials: Credentials) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

const refusals: ReadonlySet<unknown> = new Set<AuthenticationRefusal>([
  'identifier rejected',
  'unavailable',
  'bad user name or password',
  'not authorized',
]);

/** An answer as it stands; `unavailable` in place of one that there is not: nobody is let in by mistake. */
export function outcomeOf(answer: AuthenticationOutcome): AuthenticationOutcome {
  if (answer === 'accepted' || refusals.has(answer)) return answer;
  if (typeof answer !== 'object' || answer === null || !('acceptedAs' in answer)) return 'unavailable';
  return answer.acceptedAs === undefined || typeof answer.acceptedAs === 'string' ? answer : 'unavailable';
}

/** Asks, and tells of what is denied. */
export class Access {
  readonly #authorize: Authorize | undefined;
  readonly #denied: (intention: Intention) => void;

  constructor(authorize: Authorize | undefined, denied: (intention: Intention) => void) {
    this.#authorize = authorize;
    this.#denied = denied;
  }

  /** Whether nobody is ever asked. */
  get isOpen(): boolean {
    return this.#authorize === undefined;
  }

  /** Whether a client may; not, where the program that embeds the broker has failed at the question. */
  allows(intention: Intention): boolean {
    const allowed = this.allowsSilently(intention);
    if (!allowed) this.#denied(intention);
    return allowed;
  }

  /** The same, without telling anybody. What is no answer, such as a promise, allows nothing. */
  allowsSilently(intention: Intention): boolean {
    if (this.#authorize === undefined) return true;
    try {
      return this.#authorize(intention) === true;
    } catch {
      return false;
    }
  }
}
