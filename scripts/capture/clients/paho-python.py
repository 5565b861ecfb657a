"""Paho Python as a client that is told what to do: one order a line, fields between tabs, one answer a line."""

import os
import sys
import threading

import paho.mqtt.client as mqtt

COMPLETE_WITHIN_S = 10


class Told:
    def __init__(self, port):
        self.port = port
        self.client = None
        self.answered = threading.Event()
        self.code = 0

    def done(self, code=0):
        self.code = code
        self.answered.set()

    def wait(self):
        if not self.answered.wait(COMPLETE_WITHIN_S):
            return "refused no answer in time"
        self.answered.clear()
        return "ok" if self.code == 0 else f"refused {self.code}"

    def connect(self, client_id, clean, keep_alive, level, user, password, topic, qos, retain, message):
        protocol = mqtt.MQTTv31 if level == "3" else mqtt.MQTTv311
        client = mqtt.Client(client_id, clean_session=clean == "1", protocol=protocol, reconnect_on_failure=False)
        if user:
            client.username_pw_set(user, password or None)
        if topic:
            client.will_set(topic, message, int(qos), retain == "1")
        client.on_connect = lambda _client, _data, _flags, code: self.done(code)
        client.on_subscribe = lambda *_: self.done()
        client.on_unsubscribe = lambda *_: self.done()
        self.client = client
        client.connect("127.0.0.1", self.port, int(keep_alive))
        client.loop_start()
        return self.wait()

    def subscribe(self, *fields):
        self.client.subscribe([(fields[i], int(fields[i + 1])) for i in range(0, len(fields), 2)])
        return self.wait()

    def unsubscribe(self, topic_filter):
        self.client.unsubscribe(topic_filter)
        return self.wait()

    def publish(self, topic, qos, retain, count, payload):
        sent = [self.client.publish(topic, payload, int(qos), retain == "1") for _ in range(int(count))]
        for one in sent:
            one.wait_for_publish(COMPLETE_WITHIN_S)
        return "ok" if all(one.is_published() for one in sent) else "refused not acknowledged"

    def disconnect(self):
        self.client.disconnect()
        self.client.loop_stop()
        return "ok"

    def drop(self):
        os._exit(0)


told = Told(int(sys.argv[1].rsplit(":", 1)[1]))
for line in sys.stdin:
    order, *fields = line.rstrip("\n").split("\t")
    try:
        print(getattr(told, order)(*fields), flush=True)
    except (OSError, ValueError) as error:
        print(f"refused {error}", flush=True)
