// Why a failing verdict is held against a client, by statement.

export const clientReasons: Readonly<Record<string, string>> = {
  'MQTT-1.5.3-1':
    'the sentence names the reaction: a receiver that meets ill-formed UTF-8 closes. It binds clients as well as servers. The message was delivered or ignored, and the connection kept.',
  'MQTT-1.5.3-2':
    'the sentence names the reaction: a receiver of U+0000 closes, server or client. The message was delivered or ignored, and the connection kept.',
  'MQTT-2.2.2-2':
    'the receiver, server or client, closes on invalid flags. The packet was taken as though they were right.',
  'MQTT-3.3.1-1':
    'a PUBLISH that is sent again after a reconnect has DUP 1. It came with the same identifier and payload, and DUP 0.',
  'MQTT-3.3.1-4': 'both QoS bits set close the connection. It was kept.',
  'MQTT-3.14.4-2':
    'after DISCONNECT no Control Packet may follow on that connection. PUBACK did, for a message that came just before; to leave it unacknowledged would have been in order.',
  'MQTT-4.8.0-1':
    'the bytes break a format of chapters 2 and 3, or travel in the wrong direction of Table 2.1, and no other rule says what to do: the connection is closed. It was kept, or the client itself answered a packet that only clients send.',
};
