// What becomes of the packets of a client that was let in, the long way: each is asked about at the rules. In: packets. Out: calls of the
// session and the router, and answers.
import type { Connect, Packet, Publish, Subscribe, Unsubscribe } from '../../codec/packet.ts';
import type { Message } from '../../message.ts';
import { topicNameProblem } from '../../topics/validate.ts';
import type { BrokerCore } from './broker-core.ts';
import type { Connection } from './connection.ts';
import type { Session } from './session.ts';
import { levelsOf } from './topic-levels.ts';

/** What a client that was let in asks for, packet by packet. */
export function serve(core: BrokerCore, connection: Connection, session: Session, packet: Packet): void {
  switch (packet.type) {
    case 'publish':
      return published(core, connection, session, packet);
    case 'puback':
      return void session.sender.puback(packet.packetId);
    case 'pubrec':
      return session.sender.pubrec(packet.packetId);
    case 'pubrel':
      return session.receiver.pubrel(packet.packetId, connection);
    case 'pubcomp':
      return void session.sender.pubcomp(packet.packetId);
    case 'subscribe':
      return subscribed(core, connection, session, packet);
    case 'unsubscribe':
      return unsubscribed(core, connection, session, packet);
    case 'pingreq':
      return connection.send({ type: 'pingresp' });
    case 'disconnect':
      return disconnected(core, connection);
    case 'connect':
      return secondConnect(core, connection, packet);
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      return connection.end('protocol violation');
  }
}

function secondConnect(core: BrokerCore, connection: Connection, connect: Connect): void {
  const reaction = core.rules.connect.reactionToSecondConnect();
  if (reaction === 'close') connection.end('protocol violation');
  else if (reaction === 'connack') {
    connection.replaceWill(connect.will);
    connection.send({ type: 'connack', returnCode: 0, sessionPresent: false });
  }
}

function disconnected(core: BrokerCore, connection: Connection): void {
  if (core.rules.subscribe.closesAfterDisconnect()) connection.end('disconnect');
  else connection.replaceWill(undefined);
}

function published(core: BrokerCore, connection: Connection, session: Session, packet: Publish): void {
  const rules = core.rules.publish;
  const problem = topicNameProblem(packet.topicName);
  const { topicName, retain, qos, dup } = packet;
  if (levelsOf(topicName) > core.limits.maxTopicLevels)
    return connection.end('protocol violation', `a Topic Name of more than ${core.limits.maxTopicLevels} levels`);
  const { clientId, userName } = session;
  const allowed = core.access.allows({ kind: 'publish', clientId, userName, topic: topicName });
  const reaction =
    problem !== undefined ? rules.reactionToTopicName(topicName) : allowed ? 'accept' : rules.reactionToForbidden();
  if (reaction === 'close') return connection.end('protocol violation');
  if (reaction === 'ignore') return;
  // What is kept longer than this turn does not keep a whole chunk with it.
  const message: Message = { topicName, retain, qos, payload: core.lending.ownBytes(packet.payload) };
  const answer = rules.answerTo(qos);
  if (packet.qos === 2 && answer === 'pubrec' && reaction === 'accept')
    return session.receiver.publish(packet.packetId, { message, dup }, connection);
  const isNew = packet.qos !== 1 || rules.isNewQos1(session, packet.packetId, dup);
  if (reaction === 'accept' && isNew) core.router.route(message, { incomingDup: dup });
  if (answer === 'nothing') return;
  connection.send({ type: answer, packetId: packet.qos === 0 ? 0 : packet.packetId });
}

function subscribed(core: BrokerCore, connection: Connection, session: Session, packet: Subscribe): void {
  const { subscriptions } = packet;
  const outcome = core.router.subscribe(session, { subscriptions, protocolLevel: connection.level });
  if (outcome === 'violation') return connection.end('protocol violation');
  const { codes, retained } = outcome;
  const suback = {
    type: 'suback',
    packetId: packet.packetId,
    returnCodes: core.rules.subscribe.returnCodes(codes),
  } as const;
  const first = core.rules.subscribe.subackComesFirst();
  if (first) connection.send(suback);
  retained();
  if (!first) connection.send(suback);
}

function unsubscribed(core: BrokerCore, connection: Connection, session: Session, packet: Unsubscribe): void {
  const deleted = core.router.unsubscribe(session, packet.topicFilters);
  if (deleted === 'violation') return connection.end('protocol violation');
  if (core.rules.subscribe.acknowledgesUnsubscribe(deleted))
    connection.send({ type: 'unsuback', packetId: packet.packetId });
}
