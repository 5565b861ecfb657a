# Puts Eclipse Paho's client for Python on the bench: docs/client-adapters.md. Debian: python3-paho-mqtt, run by /usr/bin/python3.
import base64
import json
import sys
import threading

from paho.mqtt import __version__, client as mqtt

lock = threading.Lock()
client = None
waiting = {}  # ids of commands, by what answers them


def say(**value):
    with lock:
        print(json.dumps(value), flush=True)


def answered(key):
    if key in waiting:
        say(id=waiting.pop(key), done=True)


def on_connect(_client, _data, flags, code):
    if code == 0:
        say(event="connected", sessionPresent=bool(flags.get("session present")))
        answered("connect")


def on_message(_client, _data, message):
    payload = base64.b64encode(message.payload).decode()
    say(event="message", topicName=message.topic, payload=payload, qos=message.qos, retain=message.retain)


def on_answer(_client, _data, packet_id, _qos=None):
    answered(packet_id)


def dial(command):
    global client
    client = mqtt.Client(client_id=command["clientId"], clean_session=command["cleanSession"])
    client.reconnect_delay_set(min_delay=1, max_delay=1)
    if "userName" in command:
        client.username_pw_set(command["userName"], command.get("password"))
    if will := command.get("will"):
        client.will_set(will["topicName"], base64.b64decode(will["payload"]), will["qos"], will["retain"])
    client.on_connect = on_connect
    client.on_message = on_message
    client.on_disconnect = lambda *_: say(event="disconnected")
    client.on_publish = client.on_subscribe = client.on_unsubscribe = on_answer
    client.connect(command["host"], command["port"], keepalive=command["keepAlive"])
    client.loop_start()


def obey(command):
    do, number = command["do"], command["id"]
    if do == "connect":
        waiting["connect"] = number
        dial(command)
    elif do == "publish":
        payload = base64.b64decode(command["payload"])
        waiting[client.publish(command["topicName"], payload, command["qos"], command["retain"]).mid] = number
    elif do == "subscribe":
        waiting[client.subscribe(command["topicFilter"], command["qos"])[1]] = number
    elif do == "unsubscribe":
        waiting[client.unsubscribe(command["topicFilter"])[1]] = number
    elif do == "disconnect":
        client.disconnect()
    if do in ("disconnect", "ping"):
        say(id=number, done=True)


offers = ["reconnect", "empty client id", "stored session", "pingresp timeout"]
say(event="ready", name="Eclipse Paho Python", version=__version__, offers=offers)
for line in sys.stdin:
    command = json.loads(line)
    try:
        obey(command)
    except Exception as error:  # a refusal of the library is an answer
        say(id=command["id"], error=repr(error))
