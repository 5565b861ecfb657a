// Why a failing verdict is held against a broker, by statement: what the sentence says, and what could excuse it but does not.

export const reasons: Readonly<Record<string, string>> = {
  'MQTT-1.5.3-1':
    'the sentence names the reaction: close. The packet was acknowledged or ignored, and the connection served on.',
  'MQTT-1.5.3-2':
    'the sentence names the reaction: close. The packet was acknowledged or ignored, and the connection served on.',
  'MQTT-2.2.2-2':
    'the receiver must close on invalid flags; the packets were taken as though the flags were right. That brokers often do not look at them is no excuse in the text.',
  'MQTT-2.3.1-1':
    'an identifier of 0 is a protocol violation, which 4.8.0-1 answers with a close; an acknowledgement with identifier 0 came instead.',
  'MQTT-2.3.1-4':
    'the rules for reuse bind a server as well: an identifier stays in use until its acknowledgement. New messages came with identifiers that were open.',
  'MQTT-3.1.2-2':
    'the CONNACK 0x01 is obligatory for a level that is not supported; the connection was closed without it.',
  'MQTT-3.1.2-8':
    'the will is due unless a DISCONNECT came first. A takeover and a second CONNECT are ends without DISCONNECT (section 3.1.2.5).',
  'MQTT-3.1.2-11': 'the payload has fields that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-14': 'Will QoS 3 is forbidden; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-18': 'the payload has a field that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-20': 'the payload has a field that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-22':
    'a password without user name is forbidden at level 4; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.3-8': 'the sentence names the answer: CONNACK 0x02, then a close. The CONNECT was accepted.',
  'MQTT-3.2.2-2':
    'the mere existence of a session is state (section 3.1.2.4): Session Present has to be 1 also where it has no subscription.',
  'MQTT-3.3.1-1': 'a resend has DUP 1; the same identifier and payload came again with DUP 0.',
  'MQTT-3.3.1-2':
    'DUP has to be 0 at QoS 0; a receiver answers the violation with a close (4.8.0-1). The rule about the close has no number of its own: read it with that in mind.',
  'MQTT-3.3.1-3': 'DUP of the outgoing packet is decided by whether it is a resend; the incoming DUP was passed on.',
  'MQTT-3.3.1-9':
    'a message for an established subscription has RETAIN 0 whatever the publisher set, also where it was queued.',
  'MQTT-3.3.5-1':
    'with overlapping subscriptions the highest QoS decides; grants were at that QoS, and one copy came at a lower one.',
  'MQTT-4.8.0-1':
    'the packet breaks its format (chapters 2 and 3) or may not be sent by a client (Table 2.1), and no other rule says what to do: the connection has to be closed. It was served on.',
};
