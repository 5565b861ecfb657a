// Finds out what the target is and offers. In: a run's basics. Out: capabilities with evidence, or why nothing can be judged.
import type { TargetDescription } from '../verdict/report.ts';
import type { Protocol } from '../verdict/verdict.ts';
import { subscribe } from '../wire/packets.ts';
import { type Address, formatAddress } from './address.ts';
import type { Capabilities } from './capabilities.ts';
import { describe } from './describe.ts';
import { Ends } from './ends.ts';
import { NoTarget, SilentTarget } from './no-target.ts';
import {
  asksForEveryReply,
  inFlight,
  largestPacket as largestPacketOf,
  repeatsNowAndThen,
  retains,
} from './probes/messages.ts';
import { refusedWills as refusedWillsOf, refusesSessions, storesSessions } from './probes/sessions.ts';
import { delivers, grantsWildcards, maximumQos as maximumQosOf, order, sysTopics } from './probes/subscriptions.ts';
import { Probing } from './probing.ts';
import { type Basics, firstReplyFactor } from './quietly.ts';

export interface ProbeOptions extends Basics {
  /** The protocols that the user asks for; undefined: those that the target accepts. */
  readonly protocols: readonly Protocol[] | undefined;
}

export interface ProbeResult {
  readonly capabilities: Capabilities;
  readonly description: TargetDescription;
  /** What takes longest to find out, and goes on while scenarios are played. */
  readonly ends: Ends;
}

/** Probes the target. Throws NoTarget. */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const probing = new Probing(options);
  try {
    const protocols = await acceptedProtocols(probing, options);
    probing.level = protocols.includes('3.1.1') ? 4 : 3;
    await serves(probing, options.address);
    const ends = new Ends({ ...options, level: probing.level });
    try {
      const capabilities = await find(probing, protocols);
      return { capabilities, description: describe(options.address, capabilities), ends };
    } catch (error) {
      ends.close();
      throw error;
    }
  } finally {
    probing.close();
  }
}

async function find(probing: Probing, protocols: readonly Protocol[]): Promise<Capabilities> {
  const [maximumQos, wildcards, sessions, emptyClientId, dollarTopics, sys, inOrder] = await Promise.all([
    maximumQosOf(probing),
    grantsWildcards(probing),
    storesSessions(probing),
    probing.tryConnect({ level: 4, clientId: '' }).then((code) => code === 0),
    delivers(probing, probing.names.dollarTopicName()),
    sysTopics(probing),
    order(probing),
  ]);
  const refusesStoredSessions = !sessions.storedSessions && (await refusesSessions(probing));
  const [retainedMessages, largestPacket, refusedWills, repeats] = await Promise.all([
    retains(probing, maximumQos),
    largestPacketOf(probing, maximumQos),
    refusedWillsOf(probing),
    maximumQos > 0 && repeatsNowAndThen(probing),
    asksForEveryReply(probing, maximumQos),
  ]);
  const retainedWildcards = wildcards && (await retains(probing, maximumQos, '/+'));
  const flight = maximumQos === 0 ? { inFlight: 0, repeatsAtQos1: false } : await inFlight(probing);
  return {
    protocols,
    maximumQos,
    retainedMessages,
    ...sessions,
    wildcards,
    emptyClientId,
    dollarTopics,
    refusesStoredSessions,
    refusedWills,
    retainedWildcards,
    largestPacket,
    ...flight,
    repeatsAtQos1: flight.repeatsAtQos1 || repeats,
    ...sys,
    ...inOrder,
    slowestReplyMs: probing.slowestReplyMs,
    slowestOfAllMs: probing.slowestOfAllMs,
  };
}

/** Which levels are accepted; NoTarget if none is. */
async function acceptedProtocols(probing: Probing, options: ProbeOptions): Promise<Protocol[]> {
  const asked = options.protocols ?? ['3.1.1', '3.1'];
  const accepted: Protocol[] = [];
  let refused = '';
  for (const protocol of ['3.1.1', '3.1'] as const) {
    if (!asked.includes(protocol)) continue;
    const code = await probing.tryConnect(
      { level: protocol === '3.1.1' ? 4 : 3, clientId: probing.names.clientId() },
      firstReplyFactor,
    );
    if (code === 0) accepted.push(protocol);
    else refused ||= refusal(options.address, protocol, code);
    // Who does not answer, or answers in another language, is not asked again.
    if (typeof code === 'string') break;
  }
  if (accepted.length === 0) throw probing.isSilent ? new SilentTarget(refused) : new NoTarget(refused);
  return accepted;
}

/** Whether anything at all is answered behind CONNACK; NoTarget if nothing is. */
async function serves(probing: Probing, address: Address): Promise<void> {
  const { client } = await probing.client();
  const { connection } = client;
  const topicFilter = probing.names.topicName('serves');
  connection.send(subscribe(client.nextPacketId(), { topicFilter, qos: 0 }), { type: 'pingreq' });
  const answer = await connection.waitFor(
    () => connection.take(() => true) ?? (connection.isOpen ? undefined : ('over' as const)),
    probing.replyMs * firstReplyFactor,
  );
  if (answer !== undefined) return;
  throw new NoTarget(`${formatAddress(address)} accepts a CONNECT, and answers neither SUBSCRIBE nor PINGREQ then`);
}

function refusal(address: Address, protocol: Protocol, code: number | string): string {
  const where = formatAddress(address);
  if (typeof code === 'string') return `${where} ${code}. Is it an MQTT broker that speaks MQTT ${protocol}?`;
  if (code === 4 || code === 5) {
    return `${where} refuses the tester (CONNACK return code ${code}): give credentials, as in --target mqtt://user:password@host:port`;
  }
  return `${where} refuses a plain CONNECT of MQTT ${protocol} with CONNACK return code ${code}`;
}
