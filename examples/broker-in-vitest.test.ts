// A broker for the tests of your application, with vitest: nothing to install, a free port, gone with the test.
import mqtt from 'mqtt';
import { type Broker, type Message, startBroker } from 'mqttspec/broker';
import { afterEach, beforeEach, expect, test } from 'vitest';

let broker: Broker;
beforeEach(async () => {
  broker = await startBroker({ port: 0 });
});
afterEach(() => broker.stop());

/** The application under test: it answers each question with its length. */
async function application(url: string): Promise<mqtt.MqttClient> {
  const client = await mqtt.connectAsync(url, { clientId: 'application' });
  client.on('message', (_topic, question) => client.publish('answers', `${question.length}`, { qos: 1 }));
  await client.subscribeAsync('questions', { qos: 1 });
  return client;
}

test('the application answers', async () => {
  const client = await application(broker.address);
  const answer = new Promise<Message>((done) => broker.subscribe('answers', done));
  broker.publish({ topicName: 'questions', payload: Buffer.from('how long?'), qos: 1, retain: false });
  expect(Buffer.from((await answer).payload).toString()).toBe('9');
  await client.endAsync();
});

test('the application says goodbye', async () => {
  const left = new Promise<string>((done) => broker.on('disconnected', ({ reason }) => done(reason)));
  const client = await application(broker.address);
  await client.endAsync();
  expect(await left).toBe('disconnect');
});
