# Puts Eclipse Paho's client for Python on the bench: docs/client-adapters.md. Debian: python3-paho-mqtt, run by /usr/bin/python3.
import base64
import json
import sys
import threading

import paho.mqtt
import paho.mqtt.client as mqtt

lock = threading.Lock()
client = None
waiting = {}


def say(value):
    with lock:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def answered(key):
    command = waiting.pop(key, None)
    if command is not None:
        say({"id": command, "done": True})


def on_connect(_client, _data, flags, code):
    if code != 0:
        return
    say({"event": "connected", "sessionPresent": bool(flags.get("session present"))})
    answered("connect")


def on_message(_client, _data, message):
    payload = base64.b64encode(message.payload).decode()
    say({"event": "message", "topicName": message.topic, "payload": payload, "qos": message.qos, "retain": message.retain})


def dial(command):
    global client
    client = mqtt.Client(client_id=command["clientId"], clean_session=command["cleanSession"])
    client.reconnect_delay_set(min_delay=1, max_delay=1)
    if "userName" in command:
        client.username_pw_set(command["userName"], command.get("password"))
    if "will" in command:
        will = command["will"]
        client.will_set(will["topicName"], base64.b64decode(will["payload"]), will["qos"], will["retain"])
    client.on_connect = on_connect
    client.on_message = on_message
    client.on_disconnect = lambda *_: say({"event": "disconnected"})
    client.on_publish = lambda _client, _data, mid: answered(("packet", mid))
    client.on_subscribe = lambda _client, _data, mid, _qos: answered(("packet", mid))
    client.on_unsubscribe = lambda _client, _data, mid: answered(("packet", mid))
    client.connect(command["host"], command["port"], keepalive=command["keepAlive"])
    client.loop_start()


def obey(command):
    do, number = command["do"], command["id"]
    if do == "ping":
        say({"id": number, "done": True})
    elif do == "connect":
        waiting["connect"] = number
        dial(command)
    elif do == "publish":
        payload = base64.b64decode(command["payload"])
        info = client.publish(command["topicName"], payload, command["qos"], command["retain"])
        waiting[("packet", info.mid)] = number
    elif do == "subscribe":
        waiting[("packet", client.subscribe(command["topicFilter"], command["qos"])[1])] = number
    elif do == "unsubscribe":
        waiting[("packet", client.unsubscribe(command["topicFilter"])[1])] = number
    elif do == "disconnect":
        client.disconnect()
        say({"id": number, "done": True})


say(
    {
        "event": "ready",
        "name": "Eclipse Paho Python",
        "version": paho.mqtt.__version__,
        "offers": ["reconnect", "empty client id", "stored session", "pingresp timeout"],
    }
)
for line in sys.stdin:
    command = json.loads(line)
    try:
        obey(command)
    except Exception as error:  # a refusal of the library is an answer
        say({"id": command["id"], "error": repr(error)})
