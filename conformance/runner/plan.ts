// Which scenarios a run plays. In: all scenarios and the user's choice. Out: the plan, in the order of the standard.
import { invariants } from '../invariants/all.ts';
import type { Need, Scenario } from '../scenarios/scenario.ts';
import type { Address } from '../target/address.ts';
import { type Capabilities, severalInFlight } from '../target/capabilities.ts';
import type { Hints } from '../target/hints.ts';
import type { Protocol } from '../verdict/verdict.ts';

/** A scenario with the folder of its section. */
export interface Filed {
  readonly section: string;
  readonly scenario: Scenario;
}

export interface Choice {
  /** Ids, sections, statement numbers or words; empty: everything. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** The scenarios that are chosen. An invariant watches all of them: whoever wants one plays everything. */
export function choose(all: readonly Filed[], { only, skip }: Choice): Filed[] {
  const everything = only.length === 0 || only.some((word) => invariants.some(({ id }) => id === word));
  return all.filter(
    (filed) =>
      (everything || only.some((word) => speaksOf(filed, word))) && !skip.some((word) => speaksOf(filed, word)),
  );
}

/** Whether a scenario is meant by an id, a section (`3.3`, `3.3-publish`), a statement's number or its beginning, or a word of its title. */
export function speaksOf({ section, scenario: { id, title, cites } }: Filed, word: string): boolean {
  const sought = word.toLowerCase();
  const numbers = [...cites.v3, ...(cites.v31 ?? [])].map((number) => number.toLowerCase());
  const exact = id === sought || section === sought || section.startsWith(`${sought}-`) || numbers.includes(sought);
  if (exact || /^[\d.]+$/.test(sought)) {
    // A bare number is a section: 3.3 shall not mean 3.3.1 of another chapter's title.
    return (
      exact || numbers.some((number) => sectionOf(number) === sought || sectionOf(number).startsWith(`${sought}.`))
    );
  }
  return (
    id.includes(sought) ||
    title.toLowerCase().includes(sought) ||
    numbers.some((number) => number.startsWith(`${sought}-`))
  );
}

/** `mqtt-3.3.1-2` is a statement of section 3.3.1. */
const sectionOf = (number: string): string => /-(\d[\d.]*)-[^-]*$/.exec(number)?.[1] ?? '';

/** What is known of a target when its run is planned. */
export interface Known {
  readonly capabilities: Capabilities;
  readonly address: Address;
  readonly hints: Hints;
}

/** Why a target cannot be judged by a scenario; undefined if it can. */
export function missing(need: Need, { capabilities, address, hints }: Known): string | undefined {
  switch (need) {
    case 'qos 1':
      return capabilities.maximumQos >= 1 ? undefined : 'the target grants QoS 0 at most';
    case 'qos 2':
      return capabilities.maximumQos === 2 ? undefined : `the target grants QoS ${capabilities.maximumQos} at most`;
    case 'wildcards':
      return capabilities.wildcards ? undefined : 'the target does not support wildcards';
    case 'retained wildcards':
      return capabilities.retainedWildcards ? undefined : 'wildcard filters of the target find no retained messages';
    case 'several in flight':
      return capabilities.inFlight >= severalInFlight
        ? undefined
        : `the target keeps ${capabilities.inFlight} messages in flight at most`;
    case 'empty client id':
      return capabilities.emptyClientId ? undefined : 'the target does not accept an empty client id';
    case 'level 3':
      return capabilities.protocols.includes('3.1') ? undefined : 'the target does not accept MQTT 3.1';
    case 'level 4':
      return capabilities.protocols.includes('3.1.1') ? undefined : 'the target does not accept MQTT 3.1.1';
    case 'dollar topics':
      return capabilities.dollarTopics ? undefined : 'the target does not deliver $-topics of clients';
    case '$SYS':
      return capabilities.sysTopics ? undefined : 'the target publishes no $SYS topics';
    case 'websocket':
      return hints.websocket === undefined ? 'needs a WebSocket address (--websocket ws://host:port/path)' : undefined;
    case 'tls':
      return address.scheme === 'mqtts' || address.scheme === 'wss'
        ? undefined
        : 'needs a TLS address (mqtts:// or wss://)';
    case 'credentials':
      return address.userName === undefined
        ? 'needs credentials in the address (mqtt://user:password@host)'
        : undefined;
    case 'access rules':
      return hints.forbiddenTopic === undefined
        ? 'needs to be told of a topic that the tester may not use (--forbidden-topic name)'
        : undefined;
    case 'restart':
      return hints.restart === undefined
        ? 'needs commands that restart the target (--restart-command, or --stop-command and --start-command)'
        : undefined;
  }
}

/** The protocols at which a scenario is played in this run. */
export const protocolsOf = (scenario: Scenario, accepted: readonly Protocol[]): Protocol[] =>
  accepted.filter((protocol) => scenario.protocols.includes(protocol));
