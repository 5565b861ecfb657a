// All decisions of the standard that the broker takes, put together. A faulty broker replaces one of them.
import { defaultSessionRules, type SessionRules } from '../../../session/session-rules.ts';
import { type ConnectRules, connectRules } from './connect.ts';
import { type PublishRules, publishRules } from './publish.ts';
import { type SubscribeRules, subscribeRules } from './subscribe.ts';
import { type TransportRules, transportRules } from './transport.ts';
import { type WillRules, willRules } from './will.ts';

export interface Rules {
  readonly connect: ConnectRules;
  readonly will: WillRules;
  readonly publish: PublishRules;
  readonly subscribe: SubscribeRules;
  readonly session: SessionRules;
  readonly transport: TransportRules;
}

/** Some rules of some sections, to replace the standard's. */
export type RuleChanges = { readonly [Section in keyof Rules]?: Partial<Rules[Section]> };

/** The standard's rules, with changes. */
export function rulesWith(changes: RuleChanges = {}): Rules {
  return {
    connect: { ...connectRules, ...changes.connect },
    will: { ...willRules, ...changes.will },
    publish: { ...publishRules, ...changes.publish },
    subscribe: { ...subscribeRules, ...changes.subscribe },
    session: { ...defaultSessionRules, ...changes.session },
    transport: { ...transportRules, ...changes.transport },
  };
}
