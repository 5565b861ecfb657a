// The table of faults, in the order of the standard.
import { faultsAfterOthers } from './after-others.ts';
import { alikeFaults } from './alike.ts';
import { besideOtherFieldsFaults } from './beside-other-fields.ts';
import { faultsBesideOthers } from './beside-others.ts';
import { connackFaults } from './connack.ts';
import { connectFaults } from './connect.ts';
import { cornersOfTopicsFaults } from './corners-of-topics.ts';
import { edgeFaults } from './edges.ts';
import type { Fault } from './fault.ts';
import { headerFaults } from './headers.ts';
import { combinedFaults } from './in-combination.ts';
import { faultsInPlaces } from './in-places.ts';
import { keepAliveFaults } from './keep-alive.ts';
import { level3Faults } from './level-3.ts';
import { levelFaults } from './levels.ts';
import { ofKnownClientsFaults } from './of-known-clients.ts';
import { overlookedFaults } from './overlooked.ts';
import { publishFaults } from './publish.ts';
import { retainedFaults } from './retained.ts';
import { seldomFaults } from './seldom.ts';
import { sendingFaults } from './sending.ts';
import { severalFiltersFaults } from './several-filters.ts';
import { silenceFaults } from './silences.ts';
import { subscribeFaults } from './subscribe.ts';
import { textFaults } from './text.ts';
import { textAndOrderFaults } from './text-and-order.ts';
import { topicFaults } from './topics.ts';
import { transportFaults } from './transport.ts';
import { whatCameBeforeFaults } from './what-came-before.ts';
import { whatClientsHaveFaults } from './what-clients-have.ts';
import { whileOwedFaults } from './while-owed.ts';
import { whoeverAndWhenFaults } from './whoever-and-when.ts';
import { whoseStateFaults } from './whose-state.ts';
import { willFaults } from './will.ts';

export const faults: readonly Fault[] = [
  ...textFaults,
  ...headerFaults,
  ...connectFaults,
  ...connackFaults,
  ...willFaults,
  ...keepAliveFaults,
  ...publishFaults,
  ...sendingFaults,
  ...retainedFaults,
  ...subscribeFaults,
  ...topicFaults,
  ...textAndOrderFaults,
  ...transportFaults,
  ...edgeFaults,
  ...combinedFaults,
  ...faultsInPlaces,
  ...levelFaults,
  ...silenceFaults,
  ...seldomFaults,
  ...cornersOfTopicsFaults,
  ...ofKnownClientsFaults,
  ...overlookedFaults,
  ...level3Faults,
  ...whoseStateFaults,
  ...faultsAfterOthers,
  ...faultsBesideOthers,
  ...severalFiltersFaults,
  ...whatClientsHaveFaults,
  ...whatCameBeforeFaults,
  ...besideOtherFieldsFaults,
  ...whileOwedFaults,
  ...alikeFaults,
  ...whoeverAndWhenFaults,
];

/** The fault of this name; undefined if there is none. */
export const faultNamed = (name: string): Fault | undefined => faults.find((fault) => fault.name === name);
