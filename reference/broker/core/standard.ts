// Whether a broker's rules are the standard's. What is short and often done is done without asking each rule, where every rule that is
// left out would say what the standard says; a faulty broker goes the long way.
import { defaultParts, type Parts } from './parts.ts';
import { connectRules } from './rules/connect.ts';
import { publishRules } from './rules/publish.ts';
import type { Rules } from './rules/rules.ts';
import { subscribeRules } from './rules/subscribe.ts';

/** Whether messages go where the standard sends them. */
export function hasStandardRouting({ publish }: Rules, parts: Parts): boolean {
  const names = Object.keys(publishRules) as (keyof typeof publishRules)[];
  return (
    names.every((name) => publish[name] === publishRules[name]) && parts.subscriptions === defaultParts.subscriptions
  );
}

/** Whether subscriptions are made as the standard has them. */
export function hasStandardSubscribing({ subscribe }: Rules): boolean {
  const names = Object.keys(subscribeRules) as (keyof typeof subscribeRules)[];
  return names.every((name) => subscribe[name] === subscribeRules[name]);
}

/** Whether packets are read and written as the standard has them. */
export function hasStandardPackets({ connect }: Rules, parts: Parts): boolean {
  return (
    parts.decode === defaultParts.decode &&
    parts.framer === defaultParts.framer &&
    parts.outgoing === undefined &&
    connect.resetsKeepAlive === connectRules.resetsKeepAlive &&
    connect.sendingResetsKeepAlive === connectRules.sendingResetsKeepAlive
  );
}
