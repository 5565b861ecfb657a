// Faults against section 1.5: text.
import { reading, refusing, toleratingText } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const topicField = /Topic Name/;
const filterField = /Topic Filter/;
const clientIdField = /Client Identifier/;
const willTopicField = /Will Topic/;
const userNameField = /User Name/;

export const textFaults: readonly Fault[] = [
  fault(
    'ill-formed-topic-name',
    { title: 'Ill-formed UTF-8 in a Topic Name is tolerated', violates: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'] },
    toleratingText(topicField, 'MQTT-1.5.3-1'),
  ),
  fault(
    'ill-formed-topic-filter',
    {
      title: 'Ill-formed UTF-8 in a Topic Filter of SUBSCRIBE or UNSUBSCRIBE is tolerated',
      violates: ['MQTT-3.8.3-1', 'MQTT-3.10.3-1', 'MQTT-1.5.3-1'],
    },
    toleratingText(filterField, 'MQTT-1.5.3-1'),
  ),
  fault(
    'ill-formed-client-id',
    { title: 'UTF-8 is checked in topics, but not in client ids', violates: ['MQTT-3.1.3-4', 'MQTT-1.5.3-1'] },
    toleratingText(clientIdField, 'MQTT-1.5.3-1'),
  ),
  fault(
    'ill-formed-will-topic',
    { title: 'Ill-formed UTF-8 in a will topic is tolerated', violates: ['MQTT-3.1.3-10', 'MQTT-1.5.3-1'] },
    toleratingText(willTopicField, 'MQTT-1.5.3-1'),
  ),
  fault(
    'ill-formed-user-name',
    { title: 'Ill-formed UTF-8 in a user name is tolerated', violates: ['MQTT-3.1.3-11', 'MQTT-1.5.3-1'] },
    toleratingText(userNameField, 'MQTT-1.5.3-1'),
  ),
  fault(
    'surrogates',
    { title: 'Surrogates encoded in UTF-8 are tolerated', violates: ['MQTT-1.5.3-1'] },
    toleratingText(/./, 'MQTT-1.5.3-1', (byte) => byte === 0xed || (byte >= 0x80 && byte <= 0xbf)),
  ),
  fault(
    'overlong-utf-8',
    { title: 'Overlong UTF-8 is tolerated', violates: ['MQTT-1.5.3-1'] },
    toleratingText(/./, 'MQTT-1.5.3-1', (byte) => byte === 0xc0 || byte === 0xc1 || (byte >= 0x80 && byte <= 0xbf)),
  ),
  fault(
    'nul-in-topic-name',
    { title: 'U+0000 in a Topic Name is tolerated', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    toleratingText(topicField, 'MQTT-1.5.3-2'),
  ),
  fault(
    'nul-in-topic-filter',
    { title: 'U+0000 in a Topic Filter is tolerated', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    toleratingText(filterField, 'MQTT-1.5.3-2'),
  ),
  fault(
    'nul-in-client-id',
    { title: 'U+0000 in a client id is tolerated', violates: ['MQTT-1.5.3-2'] },
    toleratingText(clientIdField, 'MQTT-1.5.3-2'),
  ),
  fault(
    'nul-in-will-topic',
    { title: 'U+0000 in a will topic is tolerated', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    toleratingText(willTopicField, 'MQTT-1.5.3-2'),
  ),
  fault(
    'nul-in-user-name',
    { title: 'U+0000 in a user name is tolerated', violates: ['MQTT-1.5.3-2'] },
    toleratingText(userNameField, 'MQTT-1.5.3-2'),
  ),
  fault(
    'bom-stripped',
    { title: 'A leading U+FEFF of a Topic Name is swallowed as a byte-order mark', violates: ['MQTT-1.5.3-3'] },
    reading((packet) =>
      packet.type === 'publish' ? { ...packet, topicName: packet.topicName.replace(/^\uFEFF/, '') } : packet,
    ),
  ),
  fault(
    'bom-stripped-from-unsubscribe',
    { title: 'UNSUBSCRIBE swallows U+FEFF, and ends another subscription', violates: ['MQTT-1.5.3-3'] },
    reading((packet) =>
      packet.type === 'unsubscribe'
        ? {
            ...packet,
            topicFilters: packet.topicFilters.map((filter) => filter.replaceAll('\uFEFF', '')) as [string, ...string[]],
          }
        : packet,
    ),
  ),
  fault(
    'bom-refused-in-a-filter',
    { title: 'A Topic Filter with U+FEFF is closed upon', violates: ['MQTT-1.5.3-3'] },
    refusing(
      (packet) => packet.type === 'subscribe' && packet.subscriptions.some((one) => one.topicFilter.includes('\uFEFF')),
    ),
  ),
  fault(
    'replacement-character-refused',
    { title: 'A Topic Name with U+FFFD counts as ill-formed', violates: ['MQTT-3.3.2-1', 'MQTT-4.7.3-4'] },
    refusing((packet) => packet.type === 'publish' && packet.topicName.includes('\uFFFD')),
  ),
  fault(
    'unsubscribe-beyond-bmp-refused',
    { title: 'UNSUBSCRIBE with characters of four bytes is closed upon', violates: ['MQTT-3.10.3-1'] },
    refusing(
      (packet) =>
        packet.type === 'unsubscribe' && packet.topicFilters.some((filter) => /[\u{10000}-\u{10FFFF}]/u.test(filter)),
    ),
  ),
  fault(
    'will-topic-beyond-bmp-refused',
    { title: 'A will topic with characters of four bytes is closed upon', violates: ['MQTT-3.1.3-10'] },
    refusing((packet) => packet.type === 'connect' && /[\u{10000}-\u{10FFFF}]/u.test(packet.will?.topicName ?? '')),
  ),
  fault(
    'bom-stripped-anywhere',
    { title: 'U+FEFF is removed from Topic Names at any position', violates: ['MQTT-1.5.3-3'] },
    reading((packet) =>
      packet.type === 'publish' ? { ...packet, topicName: packet.topicName.replaceAll('\uFEFF', '') } : packet,
    ),
  ),
];
