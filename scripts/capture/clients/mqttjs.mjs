// MQTT.js as a client that is told what to do: one order a line, fields between tabs, one answer a line.
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';

const [address] = process.argv.slice(2);
let client;

const orders = {
  async connect(clientId, clean, keepAlive, level, userName, password, topic, qos, retain, message) {
    const will = { topic, payload: message, qos: Number(qos), retain: retain === '1' };
    client = await mqtt.connectAsync(
      address.replace('tcp:', 'mqtt:'),
      {
        clientId,
        clean: clean === '1',
        keepalive: Number(keepAlive),
        protocolId: level === '3' ? 'MQIsdp' : 'MQTT',
        protocolVersion: Number(level),
        reconnectPeriod: 0,
        resubscribe: false,
        // Identifiers from 1 on: the same bytes in every capture.
        messageIdProvider: new mqtt.UniqueMessageIdProvider(),
        ...(userName === '' ? {} : { username: userName, password }),
        ...(topic === '' ? {} : { will }),
      },
      false,
    );
    client.on('error', () => {});
  },
  async subscribe(...fields) {
    const wanted = {};
    for (let i = 0; i < fields.length; i += 2) wanted[fields[i]] = { qos: Number(fields[i + 1]) };
    await client.subscribeAsync(wanted);
  },
  async unsubscribe(topicFilter) {
    await client.unsubscribeAsync(topicFilter);
  },
  async publish(topicName, qos, retain, count, payload) {
    const options = { qos: Number(qos), retain: retain === '1' };
    await Promise.all(Array.from({ length: Number(count) }, () => client.publishAsync(topicName, payload, options)));
  },
  async disconnect() {
    await client.endAsync();
  },
  drop() {
    process.exit(0);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [order, ...fields] = line.split('\t');
  try {
    await orders[order](...fields);
    process.stdout.write('ok\n');
  } catch (error) {
    process.stdout.write(`refused ${error.message}\n`);
  }
}
