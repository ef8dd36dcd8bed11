"""The HTTP door to the stream: request and reply for programs without a Kafka client, metrics, and the live page."""
