// Every conversation that is captured.
import type { Conversation } from './conversation.ts';
import { libraryConversations, type PlayName, plays } from './library-plays.ts';
import { programConversations } from './program-plays.ts';

const all = (Object.keys(plays) as PlayName[]).filter(
  (name) => name !== 'bad-credentials' && name !== 'qos-2-granted-1',
);

export const conversations: readonly Conversation[] = [
  ...programConversations,
  ...libraryConversations('paho-c', { library: 'paho-c', broker: 'mosquitto', names: all }),
  ...libraryConversations('paho-python', { library: 'paho-python', broker: 'mosquitto', names: all }),
  ...libraryConversations('mqttjs', {
    library: 'mqttjs',
    broker: 'mosquitto',
    names: ['level-3-qos-1', 'keep-alive', 'takeover'],
  }),
  ...libraryConversations('aedes', { library: 'mqttjs', broker: 'aedes', names: all }),
  ...libraryConversations('rabbitmq', {
    library: 'mqttjs',
    broker: 'rabbitmq',
    names: [
      'qos-0',
      'qos-1',
      'qos-2-granted-1',
      'level-3-qos-1',
      'session-qos-1',
      'will',
      'retained',
      'takeover',
      'bad-credentials',
    ],
  }),
  ...libraryConversations('ejabberd', {
    library: 'paho-python',
    broker: 'ejabberd',
    names: [
      'qos-0',
      'qos-1',
      'qos-2',
      'session-qos-2',
      'will',
      'retained',
      'unsubscribe',
      'wildcards',
      'takeover',
      'will-retained',
    ],
  }),
  ...libraryConversations('activemq', {
    library: 'paho-c',
    broker: 'activemq',
    names: [
      'qos-0',
      'qos-1',
      'qos-2',
      'level-3-qos-2',
      'session-qos-1',
      'will',
      'retained',
      'unsubscribe',
      'wildcards',
    ],
  }),
];
