// A broker for the tests of your application, with node:test. Run it: node --import tsx --test examples/broker-in-node-test.ts
import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { startBroker } from 'mqttspec/broker';

test('who may not publish is told so by nothing but silence', async () => {
  await using broker = await startBroker({
    port: 0,
    authenticate: ({ userName }) => (userName === 'sensor' ? 'accepted' : 'not authorized'),
    access: { permissions: [{ users: ['sensor'], publish: ['values/%u'] }] },
  });
  const published: string[] = [];
  using _values = broker.subscribe('#', ({ topicName }) => published.push(topicName));

  const sensor = await mqtt.connectAsync(broker.address, { username: 'sensor' });
  await sensor.publishAsync('values/other', '1', { qos: 1 });
  await sensor.publishAsync('values/sensor', '2', { qos: 1 });
  await sensor.endAsync();

  assert.deepEqual(published, ['values/sensor']);
});

test('who is not known is refused', async () => {
  await using broker = await startBroker({ port: 0, authenticate: () => 'not authorized' });
  const refused = new Promise((done) => broker.on('refused', ({ returnCode }) => done(returnCode)));
  await assert.rejects(mqtt.connectAsync(broker.address, { reconnectPeriod: 0 }), /Not authorized/);
  assert.equal(await refused, 5);
});
