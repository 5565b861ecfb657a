// Access as the broker's options describe it: passwords, certificates, client ids, permissions. In: options. Out: what the core asks.
import type { Authenticate, AuthenticationOutcome, Authorize, Credentials } from '../core/access.ts';
import type { BrokerCoreOptions } from '../core/broker-core.ts';
import { AccessError } from './access-error.ts';
import { accessProblems } from './access-problems.ts';
import { type ClientIdRule, mayUse } from './client-ids.ts';
import type { AttemptLimit } from './failed-attempts.ts';
import { type PasswordHashes, readPasswordFile } from './password-file.ts';
import { Passwords } from './passwords.ts';
import { authorizeBy, type PermissionOptions, type PermissionRule } from './permissions.ts';

export interface AccessOptions extends PermissionOptions {
  /** Path of a file with users and scrypt hashes, as `mqttspec broker passwd` writes it. */
  readonly passwordFile?: string;
  /** Whether clients without a user name are let in: yes without a password file, no with one. */
  readonly anonymous?: boolean;
  /** Whether the common name of a verified client certificate is the user name, and takes the place of a password. */
  readonly certificateNames?: boolean;
  /** Failed attempts of one address after which it is refused; 10 within 60 seconds. */
  readonly failedAttempts?: AttemptLimit;
  /** Client ids that are kept for users; others get return code 2. */
  readonly clientIds?: readonly ClientIdRule[];
  /** Who may connect with the client id of a stored session: anybody, or the user alone who has opened it. */
  readonly sessionOwners?: 'anybody' | 'first user';
  /** What clients may do; left out: everything. */
  readonly permissions?: readonly PermissionRule[];
}

export interface AccessSurroundings {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Takes the place of passwords and anonymous clients. */
  readonly authenticate?: Authenticate | undefined;
  /** Asked besides the permissions: both have to allow. */
  readonly authorize?: Authorize | undefined;
  /** Whether it is asked for each delivery, too, as the permissions are. */
  readonly authorizesDeliveries?: boolean | undefined;
  readonly sessionsHaveOwners?: boolean | undefined;
}

const defaultAttempts: AttemptLimit = { most: 10, withinSeconds: 60 };

/** What the core asks: who a client is, and what it may do. */
export class Access {
  readonly authorizesDeliveries: boolean;
  readonly sessionsHaveOwners: boolean;
  readonly #surroundings: AccessSurroundings;
  readonly #passwords: Passwords | undefined;
  #options: AccessOptions;
  #permits: Authorize;

  private constructor(options: AccessOptions, passwords: Passwords | undefined, surroundings: AccessSurroundings) {
    this.#options = options;
    this.#passwords = passwords;
    this.#surroundings = surroundings;
    this.#permits = permitsOf(options);
    const { authorizesDeliveries = false, sessionsHaveOwners = false } = surroundings;
    this.authorizesDeliveries = authorizesDeliveries || options.permissions !== undefined;
    this.sessionsHaveOwners = sessionsHaveOwners || options.sessionOwners === 'first user';
  }

  /** Throws AccessError where the options are wrong or the password file cannot be used. */
  static async open(options: AccessOptions, surroundings: AccessSurroundings): Promise<Access> {
    check(options);
    const { passwordFile, failedAttempts: attempts = defaultAttempts } = options;
    const { now } = surroundings;
    const passwords =
      passwordFile === undefined ? undefined : new Passwords({ hashes: await hashesIn(passwordFile), attempts, now });
    return new Access(options, passwords, surroundings);
  }

  /**
   * Reads the password file again, and takes over other rules where they are given. Who is connected stays so. Throws AccessError, and
   * changes nothing, where something is wrong.
   */
  async reload(options: AccessOptions = this.#options): Promise<void> {
    check(options);
    checkChange(this.#options, options);
    const hashes = options.passwordFile === undefined ? undefined : await hashesIn(options.passwordFile);
    if (hashes !== undefined) this.#passwords?.replace(hashes);
    this.#options = options;
    this.#permits = permitsOf(options);
  }

  /** What the broker takes over. */
  get hooks(): Pick<BrokerCoreOptions, 'authenticate' | 'authorize' | 'authorizesDeliveries' | 'sessionsHaveOwners'> {
    const { authenticate, authorize, authorizesDeliveries, sessionsHaveOwners } = this;
    return { authenticate, authorize, authorizesDeliveries, sessionsHaveOwners };
  }

  readonly authorize: Authorize = (intention) => {
    const { authorize, authorizesDeliveries = false } = this.#surroundings;
    if (!this.#permits(intention)) return false;
    const isAsked = authorize !== undefined && (intention.kind !== 'receive' || authorizesDeliveries);
    return !isAsked || authorize(intention) === true;
  };

  readonly authenticate: Authenticate = (credentials) => {
    const outcome = this.#identify(credentials);
    if (typeof outcome === 'string' || 'acceptedAs' in outcome) return this.#admit(credentials, outcome);
    return outcome.then((answer) => this.#admit(credentials, answer));
  };

  #identify(credentials: Credentials): ReturnType<Authenticate> {
    const { userName, password, certificateName, remoteAddress } = credentials;
    const { certificateNames = false, anonymous = this.#passwords === undefined } = this.#options;
    if (certificateNames && certificateName !== undefined) return { acceptedAs: certificateName };
    if (this.#surroundings.authenticate !== undefined) return this.#surroundings.authenticate(credentials);
    if (userName === undefined) return anonymous ? 'accepted' : 'not authorized';
    // Nobody can say whether the name is true: it counts as none.
    if (this.#passwords === undefined) return anonymous ? { acceptedAs: undefined } : 'bad user name or password';
    if (password === undefined) return 'bad user name or password';
    return this.#passwords.check({ userName, password, remoteAddress });
  }

  /** Client ids are looked at behind the password: nobody learns by them which users there are. */
  #admit({ clientId, userName }: Credentials, outcome: AuthenticationOutcome): AuthenticationOutcome {
    if (outcome !== 'accepted' && typeof outcome === 'string') return outcome;
    const user = outcome === 'accepted' ? userName : outcome.acceptedAs;
    return mayUse(this.#options.clientIds ?? [], clientId, user) ? outcome : 'identifier rejected';
  }
}

const permitsOf = ({ permissions, wideSubscriptions = 'refuse' }: AccessOptions): Authorize =>
  permissions === undefined ? () => true : authorizeBy(permissions, { wideSubscriptions });

async function hashesIn(passwordFile: string): Promise<PasswordHashes> {
  try {
    return await readPasswordFile(passwordFile);
  } catch (error) {
    throw error instanceof AccessError
      ? new AccessError(`access.passwordFile: ${error.message}`, { cause: error })
      : error;
  }
}

function check(options: AccessOptions): void {
  const [first] = accessProblems(options);
  if (first !== undefined) throw new AccessError(`access.${first.key}: ${first.problem}`);
}

/** What the core is built with. */
function checkChange(before: AccessOptions, after: AccessOptions): void {
  const changed = [
    ['passwordFile', (before.passwordFile === undefined) !== (after.passwordFile === undefined)],
    ['permissions', (before.permissions === undefined) !== (after.permissions === undefined)],
    ['sessionOwners', (before.sessionOwners === 'first user') !== (after.sessionOwners === 'first user')],
  ].find(([, differs]) => differs);
  if (changed !== undefined)
    throw new AccessError(`access.${changed[0]}: cannot be turned on or off while the broker runs. Restart it`);
}
