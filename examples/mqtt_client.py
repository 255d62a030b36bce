# mqtt_client.py - publishes over MQTT; the device shows its own certificate to the broker:
#
#   mqtt_client.py HOST PORT CA CERTIFICATE KEY
#
# It needs umqtt.simple: mpremote mip install umqtt.simple
import ssl
import sys
from umqtt.simple import MQTTClient

host, port, ca, cert, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(ca)
context.load_cert_chain(cert, key)


def received(topic, message):
    print("received:", topic, message)


client = MQTTClient("a-device", host, port, keepalive=30, ssl=context)
client.set_callback(received)
client.connect()
client.subscribe(b"devices/a-device")
client.publish(b"devices/a-device", b"21.5 degrees")
client.wait_msg()
client.disconnect()
