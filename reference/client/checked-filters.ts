// Topic Filters as the application writes them. In: one or several. Out: the same, at least one, each as the standard wants it.
import { topicFilterProblem } from '../topics/validate.ts';
import type { Filters } from './core/client-port.ts';
import { badTopic, isWellFormed } from './core/known-topics.ts';
import { checkRequestLength } from './core/packet-length.ts';

/** Throws TypeError for what is no Topic Filter, RangeError for more than one packet holds. */
export function checkedFilters(topicFilters: string | readonly string[], packet: 'SUBSCRIBE' | 'UNSUBSCRIBE'): Filters {
  const wanted: readonly string[] = typeof topicFilters === 'object' ? topicFilters : [topicFilters];
  const statement = packet === 'SUBSCRIBE' ? 'MQTT-3.8.3-3' : 'MQTT-3.10.3-2';
  if (wanted.length === 0) throw new TypeError(`expected at least one Topic Filter (${statement})`);
  const [first = '', ...rest] = wanted;
  const filters = [first, ...rest] as const;
  for (const filter of filters) {
    if (typeof filter !== 'string') throw new TypeError(`expected a Topic Filter, got ${String(filter)}`);
    // MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1, MQTT-4.7.3-2, MQTT-4.7.3-3
    const problem = topicFilterProblem(filter);
    if (problem !== undefined) throw badTopic(problem);
    // MQTT-3.8.3-1, MQTT-3.10.3-1
    if (!isWellFormed(filter)) throw new TypeError('expected a Topic Filter without lone surrogates (MQTT-3.8.3-1)');
  }
  checkRequestLength(packet, filters);
  return filters;
}
