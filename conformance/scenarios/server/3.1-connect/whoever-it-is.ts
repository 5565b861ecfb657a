// Clients with a user name, or with a long client id: rules of chapters 3 and 4 that ask for neither.
import { encode } from '../../../../reference/codec/encode.ts';
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ConnectText } from '../../../wire/play/given.ts';
import { closed } from '../../../wire/play/reaction.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';

/** What a client is known by beside its client id, and how long that is; with the target's own credentials all have a user name anyway. */
const identities = ({ given }: Stage): Readonly<Record<string, ConnectText>> => ({
  ...(given.userName === undefined
    ? {
        'a user name': { credentials: { userName: 'user' } },
        'a user name and a password': { credentials: { userName: 'user', password: 'of mqttspec' } },
      }
    : {}),
  'a long client id': { clientId: given.clientId().padEnd(40, 'x') },
});

/** Undefined where the target does not let it in: it may know neither the user, nor ids that are longer than it has to take. */
async function letIn({ given, when, observe }: Stage, name: string, text: ConnectText): Promise<Client | undefined> {
  const client = await given.connection(name);
  await when(client).sends(given.connect(text));
  const answer = await client.gets({ type: 'connack' });
  if (answer?.packet.type === 'connack' && answer.packet.returnCode === 0) return client;
  observe(`the target does not let ${name} in`);
  return undefined;
}

type Act = (stage: Stage, text: ConnectText, name: string) => Promise<void>;

const isTakenOver: Act = async (stage, text, name) => {
  const { given, must } = stage;
  const clientId = text.clientId ?? given.clientId();
  const older = await letIn(stage, `older with ${name}`, { ...text, clientId });
  const newer = await letIn(stage, `newer with ${name}`, { ...text, clientId });
  if (older !== undefined && newer !== undefined) await must(older, 'MQTT-3.1.4-2').end();
};

const leavesNoWill: Act = async (stage, text, name) => {
  const { given, when, must } = stage;
  const [topicName, qos] = [given.topicName('will'), given.assuredQos];
  const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
  const whole = { clientId: given.clientId(), ...text, will: { topicName, message: 'never', qos } };
  const client = await letIn(stage, `client with ${name}`, whole);
  if (client === undefined) return;
  await when(client).disconnects();
  // CONNACK for the same client id: the target has done with the connection before.
  if ((await letIn(stage, `the last with ${name}`, { ...text, clientId: whole.clientId })) === undefined) return;
  const publisher = await given.client({ name: 'publisher' });
  await must(watcher, 'MQTT-3.14.4-3', 'MQTT-3.1.2-10').receiveExactly([], {
    until: sentinel(publisher, { topicName, qos }),
  });
};

const connectsTwice: Act = async (stage, text, name) => {
  const client = await letIn(stage, `client with ${name}`, text);
  if (client === undefined) return;
  await stage.when(client).sendsBytes(encode(stage.given.connect(text), 4), 'a second CONNECT');
  await stage.must(client, 'MQTT-3.1.0-2').reactByOneOf([closed()]);
};

const sendsWhatIsMalformed: Act = async (stage, text, name) => {
  const client = await letIn(stage, `client with ${name}`, text);
  if (client === undefined) return;
  await stage.when(client).sendsBytes(Uint8Array.of(0xf0, 0), 'a packet of the reserved type 15');
  await stage.must(client, 'MQTT-4.8.0-1').reactByOneOf([closed()]);
};

const findsItsSession: Act = async (stage, text, name) => {
  const { given, when, must } = stage;
  const [topicName, qos] = [given.topicName(), given.assuredQos];
  const whole = { clientId: given.clientId(), ...text, cleanSession: false };
  const before = await letIn(stage, `client with ${name}`, whole);
  if (before === undefined) return;
  await given.subscription(before, topicName, qos);
  const publisher = await given.client({ name: 'publisher' });
  await when(publisher).publishes({ topicName, payload: 'live', qos });
  // An access list may keep messages from whom it does not know, without a word.
  if (!(await before.hasGot(message('live')))) return;
  await when(before).disconnects();
  await when(publisher).publishes({ topicName, payload: 'queued', qos });
  const again = await letIn(stage, `client with ${name} again`, whole);
  if (again !== undefined && qos > 0)
    await must(again, 'MQTT-3.1.2-4', 'MQTT-3.1.2-5', 'MQTT-4.1.0-1').receive(message('queued'));
};

export const rulesForEverybody = scenario('rules-for-whoever-it-is', {
  title:
    'Who has a user name or a long client id is taken over, leaves no will, may send nothing malformed and finds its session like all others',
  cites: {
    v3: [
      'MQTT-3.1.4-2',
      'MQTT-3.14.4-3',
      'MQTT-3.1.2-10',
      'MQTT-3.1.0-2',
      'MQTT-4.8.0-1',
      'MQTT-3.1.2-4',
      'MQTT-3.1.2-5',
      'MQTT-4.1.0-1',
    ],
  },
  async play(stage) {
    const { given } = stage;
    const acts = [isTakenOver, leavesNoWill, connectsTwice, sendsWhatIsMalformed, findsItsSession].filter(
      (act) =>
        (act !== leavesNoWill || given.capabilities.refusedWills !== 'all') &&
        (act !== findsItsSession || (given.capabilities.storedSessions && !given.capabilities.refusesStoredSessions)),
    );
    const cases = acts.flatMap((act) => Object.entries(identities(stage)).map(([name, text]) => ({ name, text, act })));
    await given.each(cases, ({ name, text, act }) => act(stage, text, name));
  },
});
