"""A message queue as people use it where nothing may be lost: messages a second through RabbitMQ.

With PORT: ends once the server lets somebody in. With PORT SECONDS BYTES OUTSTANDING: one publisher to a
quorum queue, persistent messages with publisher confirms, so many unconfirmed at most; a consumer in a process of its
own acknowledges each. Prints how many went through a second, from the first publish to the last acknowledgement.
"""

import os
import sys
import time

import pika

QUEUE = "acts"
LAST = b"the last one"


def parameters(port):
    # A server that is starting lets nobody in yet.
    return pika.ConnectionParameters("127.0.0.1", port, connection_attempts=300, retry_delay=0.2)


class Publisher:
    """Publishes for so long, and then the last message."""

    def __init__(self, port, seconds, size, outstanding):
        self.body, self.kept = b"a" * size, pika.BasicProperties(delivery_mode=2)
        self.seconds, self.outstanding = seconds, outstanding
        self.sent, self.unconfirmed, self.over, self.refused = 0, set(), False, 0
        self.connection = pika.SelectConnection(
            parameters(port),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self.begin),
            on_close_callback=lambda connection, _: connection.ioloop.stop(),
        )

    def run(self):
        self.connection.ioloop.start()
        if self.refused or not self.over:
            sys.exit("not everything was confirmed")

    def begin(self, channel):
        self.channel = channel
        channel.confirm_delivery(self.confirmed)
        self.began = time.monotonic()
        self.fill()

    def fill(self):
        while len(self.unconfirmed) < self.outstanding and not self.over:
            self.over = time.monotonic() - self.began >= self.seconds
            self.channel.basic_publish("", QUEUE, LAST if self.over else self.body, self.kept)
            self.sent += 1
            self.unconfirmed.add(self.sent)

    def confirmed(self, frame):
        tag, several = frame.method.delivery_tag, frame.method.multiple
        self.refused += not isinstance(frame.method, pika.spec.Basic.Ack)
        self.unconfirmed -= {known for known in self.unconfirmed if known <= tag} if several else {tag}
        self.fill()
        if self.over and not self.unconfirmed:
            self.connection.close()


def consume(port):
    """Acknowledges every message up to the last one."""
    connection = pika.BlockingConnection(parameters(port))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=64)
    for method, _, body in channel.consume(QUEUE):
        channel.basic_ack(method.delivery_tag)
        if body == LAST:
            break
    # The server answers it after all that was said before.
    channel.cancel()
    connection.close()


def make_queue(port):
    connection = pika.BlockingConnection(parameters(port))
    channel = connection.channel()
    channel.queue_delete(QUEUE)
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    connection.close()


def main(port, *rest):
    if not rest:
        pika.BlockingConnection(parameters(port)).close()
        return
    seconds, size, outstanding = rest
    make_queue(port)
    consumer = os.fork()
    if consumer == 0:
        consume(port)
        os._exit(0)
    publisher = Publisher(port, seconds, size, outstanding)
    publisher.run()
    if os.waitpid(consumer, 0)[1] != 0:
        sys.exit("the consumer has failed")
    print(publisher.sent / (time.monotonic() - publisher.began))


main(*map(int, sys.argv[1:]))
