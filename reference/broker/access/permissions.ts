// Who may publish and subscribe to what. In: rules, and what a client wants. Out: yes or no.
import { covers } from '../../topics/covers.ts';
import { matches } from '../../topics/matches.ts';
import type { Authorize } from '../core/access.ts';
import { expand, type Who } from './placeholders.ts';

/** What some clients may do. Whatever no rule allows is refused. `%u` and `%c` stand for user name and client id. */
export interface PermissionRule {
  /** Whom it is for: these users, all that have a user name, or those without; left out: everybody. */
  readonly users?: 'known' | 'anonymous' | readonly string[];
  /** Topic Filters whose topics they may publish to. */
  readonly publish?: readonly string[];
  /** Topic Filters that they may subscribe to, and to any that matches less. */
  readonly subscribe?: readonly string[];
}

export interface PermissionOptions {
  /** A subscription to more than is allowed: refused, or granted so that what is not allowed is not delivered. */
  readonly wideSubscriptions?: 'refuse' | 'filter';
}

interface Allowed {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Clients whose filters are remembered, and the longest names for which that is worth its memory. */
const mostRemembered = 10_000;
const longestRemembered = 1_000;

/** Answers for all clients, by rules. */
export function authorizeBy(rules: readonly PermissionRule[], options: PermissionOptions = {}): Authorize {
  const { wideSubscriptions = 'refuse' } = options;
  const remembered = new Map<string | undefined, Map<string, Allowed>>();
  let count = 0;
  const allowedTo = (who: Who): Allowed => {
    const known = remembered.get(who.userName)?.get(who.clientId);
    if (known !== undefined) return known;
    const allowed = { publish: filtersOf(rules, who, 'publish'), subscribe: filtersOf(rules, who, 'subscribe') };
    if (who.clientId.length + (who.userName?.length ?? 0) > longestRemembered) return allowed;
    if (count++ >= mostRemembered) {
      remembered.clear();
      count = 1;
    }
    const ofUser = remembered.get(who.userName) ?? new Map<string, Allowed>();
    remembered.set(who.userName, ofUser.set(who.clientId, allowed));
    return allowed;
  };
  return ({ kind, topic, clientId, userName }) => {
    const { publish, subscribe } = allowedTo({ clientId, userName });
    switch (kind) {
      case 'publish':
        return publish.some((filter) => matches(filter, topic));
      case 'receive':
        return subscribe.some((filter) => matches(filter, topic));
      case 'subscribe':
        if (wideSubscriptions === 'filter') return subscribe.length > 0;
        return subscribe.some((filter) => covers(filter, topic));
    }
  };
}

function filtersOf(rules: readonly PermissionRule[], who: Who, kind: 'publish' | 'subscribe'): readonly string[] {
  return rules
    .filter(({ users }) => isFor(users, who))
    .flatMap((rule) => rule[kind] ?? [])
    .map((template) => expand(template, who))
    .filter((filter) => filter !== undefined);
}

function isFor(users: PermissionRule['users'], { userName }: Who): boolean {
  if (users === undefined) return true;
  if (users === 'known') return userName !== undefined;
  if (users === 'anonymous') return userName === undefined;
  return userName !== undefined && users.includes(userName);
}
