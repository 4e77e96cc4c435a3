"""Ways to the centre: a WebSocket, and two queues for a centre in the same process. Adapters of sync's ports."""
